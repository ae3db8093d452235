"""What all commands share: reading the settings, opening the store, ending with a reason."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from bot.open_store import open_store
from bot.settings import Settings
from service.deps import Deps
from service.errors import MidlineError

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
MidId = Annotated[str, typer.Argument(help="The id of the MID.")]


def command_group(name: str, help_: str) -> typer.Typer:
    """A command with subcommands, in the plain style of all of Midline's."""
    return typer.Typer(
        name=name,
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def refusal(reason: str) -> typer.Exit:
    """Print the reason to stderr; returns the exit with status 1, to be raised."""
    typer.echo(reason, err=True)
    return typer.Exit(1)


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        typer.Exit: some are invalid; each is printed with its reason.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"MIDLINE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise refusal("\n".join(lines)) from error


def run_command(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine and return its result.

    Raises:
        typer.Exit: the command was refused (``MidlineError``, also within a group of exceptions);
            the reason is printed.
    """
    try:
        return asyncio.run(work)
    except MidlineError as error:
        raise refusal(str(error)) from error
    except BaseExceptionGroup as group:
        refusals = list(_flatten(group.subgroup(MidlineError)))
        if not refusals:
            raise
        raise refusal(str(refusals[0])) from group


def run_with_store(work: Callable[[Deps], Awaitable[T]]) -> T:
    """Open the store, run a command's ``work`` with it, and return its result.

    Raises:
        typer.Exit: the settings or the command were refused; the reason is printed.
    """
    settings = load_settings()

    async def with_store() -> T:
        async with open_store(settings) as deps:
            return await work(deps)

    return run_command(with_store())


def _flatten(error: BaseException | None) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for exception in error.exceptions:
            yield from _flatten(exception)
    elif error is not None:
        yield error
