"""What all commands share: the settings, how a refusal ends, and how work is carried out."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from bot.settings import Settings
from service.errors import MidlineError

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def group(name: str, help_: str) -> typer.Typer:
    """A command that has commands."""
    return typer.Typer(
        name=name,
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def refused(reason: str) -> typer.Exit:
    """Print why, and end with status 1."""
    typer.echo(reason, err=True)
    return typer.Exit(1)


def settings() -> Settings:
    """The settings, or an end with the reason why they cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        says = [f"MIDLINE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise refused("\n".join(says)) from error


def carry_out(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what Midline refuses on purpose ends with status 1 and the reason."""
    try:
        return asyncio.run(work)
    except MidlineError as error:
        raise refused(str(error)) from error
    except BaseExceptionGroup as group_:
        meant = list(_leaves(group_.subgroup(MidlineError)))
        if not meant:
            raise
        raise refused(str(meant[0])) from group_


def _leaves(error: BaseException | None) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for exception in error.exceptions:
            yield from _leaves(exception)
    elif error is not None:
        yield error
