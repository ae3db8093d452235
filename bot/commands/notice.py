"""``midline notice``: commands that write to the store; the running bot does the sending."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot.commands.console import AsJson, carry_out, group, settings
from bot.commands.notice_report import (
    as_json,
    as_line,
    as_text,
    counted_json,
    counted_text,
    listed_line,
)
from service.deps import Deps
from service.notices.values import OVER, Counted, Notice, Report, Status

app = group("notice", "Announce something to members, and see what became of it.")

T = TypeVar("T")

EVERY = 0.5
PAGE = 1000
LONGEST_NAME = 30


def _name(value: str) -> str:
    if not 1 <= len(value.strip()) <= LONGEST_NAME:
        raise typer.BadParameter(f"write a name of at most {LONGEST_NAME} letters")
    return value.strip()


Id = Annotated[str, typer.Argument(help="The notice's id.")]
Mid = Annotated[str, typer.Argument(help="The id of the MID.")]
File = Annotated[Path, typer.Argument(help="A notice file, YAML or JSON.")]
As = Annotated[str, typer.Option("--as", callback=_name, help="Who does it, for the record.")]


def _work(work: Callable[[Deps], Awaitable[T]]) -> T:
    from bot.open_store import open_store

    found = settings()

    async def carried() -> T:
        async with open_store(found) as deps:
            return await work(deps)

    return carry_out(carried())


@app.command()
def send(
    mid: Mid,
    file: File,
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve exactly the number that is counted.")
    ] = False,
    as_: As = "operator",
    as_json_: AsJson = False,
) -> None:
    """Make a draft from a file and count whom it would reach."""
    from service.bundle.files.read_notice import read_notice_file
    from service.notices.authoring import cases as authoring

    async def work(deps: Deps) -> tuple[Notice, Counted]:
        content = read_notice_file(file, deps.clock.now())
        notice = await authoring.draft(deps, mid, content, as_)
        counted = await authoring.count(deps, mid, notice.id)
        if approve:
            notice = await authoring.approve(deps, mid, notice.id, as_, counted.total)
        return notice, counted

    notice, counted = _work(work)
    if as_json_:
        typer.echo(json.dumps(counted_json(notice, counted), indent=2))
    else:
        typer.echo(counted_text(notice, counted))


@app.command()
def approve(notice_id: Id, as_: As = "operator") -> None:
    """Approve the number of people that was counted last, if it is still that number."""
    from service.notices.authoring import cases as authoring
    from service.notices.authoring import reporting
    from service.notices.errors import CountChangedError, NoticeRefusedError

    async def work(deps: Deps) -> Notice:
        mid = await reporting.owner(deps, notice_id)
        notice = await authoring.read(deps, mid, notice_id)
        if notice.status is Status.DRAFT and not notice.counted:
            counted = await authoring.count(deps, mid, notice_id)
            raise NoticeRefusedError(f"{counted_text(notice, counted)}\nNothing was sent yet.")
        try:
            return await authoring.approve(deps, mid, notice_id, as_, notice.total)
        except CountChangedError:
            await authoring.count(deps, mid, notice_id)
            raise

    typer.echo(listed_line(_work(work)))


@app.command()
def status(
    notice_id: Id,
    as_json_: AsJson = False,
    watch: Annotated[bool, typer.Option(help="Stay until it is over, on one line.")] = False,
) -> None:
    """What became of a notice so far."""
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> Report:
        mid = await reporting.owner(deps, notice_id)
        report = await reporting.report(deps, mid, notice_id)
        width = 0
        while watch and report.notice.status not in {*OVER, Status.DRAFT, Status.SECOND}:
            line = as_line(report)
            # Blanks over what is left of a longer line: pipes and old terminals know no more.
            typer.echo(f"\r{line:<{width}}", nl=False)
            width = len(line)
            await asyncio.sleep(EVERY)
            report = await reporting.report(deps, mid, notice_id)
        if watch:
            typer.echo(f"\r{as_line(report):<{width}}")
        return report

    report = _work(work)
    typer.echo(json.dumps(as_json(report), indent=2) if as_json_ else as_text(report))


@app.command()
def stop(notice_id: Id) -> None:
    """Send it to nobody else. What was sent stays."""
    from service.notices.authoring import cases as authoring

    _change(notice_id, authoring.stop)


@app.command()
def resume(notice_id: Id) -> None:
    """Go on with a notice that was paused because something went wrong."""
    from service.notices.authoring import cases as authoring

    _change(notice_id, authoring.resume)


def _change(notice_id: str, change: Callable[[Deps, str, str], Awaitable[Notice]]) -> None:
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> Notice:
        return await change(deps, await reporting.owner(deps, notice_id), notice_id)

    typer.echo(listed_line(_work(work)))


@app.command()
def correct(notice_id: Id, file: File) -> None:
    """Put a file's words in place of a notice's. Messages already sent are edited."""
    from service.bundle.files.read_notice import read_notice_file
    from service.notices.authoring import cases as authoring
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> Notice:
        content = read_notice_file(file, None)
        mid = await reporting.owner(deps, notice_id)
        return await authoring.correct(deps, mid, notice_id, content.text)

    typer.echo(listed_line(_work(work)))


@app.command("list")
def list_(mid: Mid, as_json_: AsJson = False) -> None:
    """The newest notices of a MID."""
    from service.notices.authoring import reporting

    notices = _work(lambda deps: reporting.listed(deps, mid))
    if as_json_:
        typer.echo(json.dumps([as_json(Report(notice=notice)) for notice in notices], indent=2))
    elif not notices:
        typer.echo(f"{mid} has no notices yet.")
    for one in [] if as_json_ else notices:
        typer.echo(listed_line(one))


@app.command()
def deliveries(notice_id: Id) -> None:
    """What became of it for each person, under their pseudonym: one JSON object a line."""
    from bot.commands.notice_report import delivery_json
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> None:
        mid = await reporting.owner(deps, notice_id)
        after: int | None = 0
        while after is not None:
            page, after = await reporting.deliveries(deps, mid, notice_id, after, PAGE)
            for one in page:
                typer.echo(json.dumps(delivery_json(one)))

    _work(work)
