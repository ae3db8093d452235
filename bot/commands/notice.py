"""``midline notice``: announcing to members. Commands write to the store; the bot sends."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.console import AsJson, MidId, command_group, run_with_store
from bot.commands.notice_report import (
    count_json,
    count_text,
    notice_line,
    report_json,
    report_line,
    report_text,
)
from service.deps import Deps
from service.notices.values import ENDED, AudienceCount, Notice, NoticeReport, NoticeStatus

app = command_group("notice", "Announce something to members, and see what became of it.")

WATCH_SECONDS = 0.5
PAGE_SIZE = 1000
LONGEST_NAME = 30


def _check_name(value: str) -> str:
    if not 1 <= len(value.strip()) <= LONGEST_NAME:
        raise typer.BadParameter(f"write a name of at most {LONGEST_NAME} letters")
    return value.strip()


NoticeId = Annotated[str, typer.Argument(help="The notice's id.")]
NoticeFile = Annotated[Path, typer.Argument(help="A notice file, YAML or JSON.")]
By = Annotated[
    str, typer.Option("--as", callback=_check_name, help="Who does it, for the record.")
]


@app.command()
def send(
    mid: MidId,
    file: NoticeFile,
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve exactly the number that is counted.")
    ] = False,
    by: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Make a draft from a file and count whom it would reach."""
    from service.bundle.files.read_notice import read_notice_file
    from service.notices.authoring import cases as authoring

    async def work(deps: Deps) -> tuple[Notice, AudienceCount]:
        content = read_notice_file(file, deps.clock.now())
        notice = await authoring.draft(deps, mid, content, by)
        counted = await authoring.count(deps, mid, notice.id)
        if approve:
            notice = await authoring.approve(deps, mid, notice.id, by, counted.total)
        return notice, counted

    notice, counted = run_with_store(work)
    if as_json:
        typer.echo(json.dumps(count_json(notice, counted), indent=2))
    else:
        typer.echo(count_text(notice, counted))


@app.command()
def approve(notice_id: NoticeId, by: By = "operator") -> None:
    """Approve the number of people that was counted last, if it is still that number."""
    from service.notices.authoring import cases as authoring
    from service.notices.authoring import reporting
    from service.notices.errors import CountChangedError, NoticeRefusedError

    async def work(deps: Deps) -> Notice:
        mid = await reporting.read_mid_id(deps, notice_id)
        notice = await authoring.read(deps, mid, notice_id)
        if notice.status is NoticeStatus.DRAFT and not notice.counted:
            counted = await authoring.count(deps, mid, notice_id)
            raise NoticeRefusedError(f"{count_text(notice, counted)}\nNothing was sent yet.")
        try:
            return await authoring.approve(deps, mid, notice_id, by, notice.total)
        except CountChangedError:
            await authoring.count(deps, mid, notice_id)
            raise

    typer.echo(notice_line(run_with_store(work)))


@app.command()
def status(
    notice_id: NoticeId,
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option(help="Stay until it is over, on one line.")] = False,
) -> None:
    """What became of a notice so far."""
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> NoticeReport:
        mid = await reporting.read_mid_id(deps, notice_id)
        report = await reporting.read_report(deps, mid, notice_id)
        width = 0
        while watch and report.notice.status not in {
            *ENDED,
            NoticeStatus.DRAFT,
            NoticeStatus.SECOND,
        }:
            line = report_line(report)
            # Padding covers the rest of a longer line; pipes and old terminals cannot erase it.
            typer.echo(f"\r{line:<{width}}", nl=False)
            width = len(line)
            await asyncio.sleep(WATCH_SECONDS)
            report = await reporting.read_report(deps, mid, notice_id)
        if watch:
            typer.echo(f"\r{report_line(report):<{width}}")
        return report

    report = run_with_store(work)
    typer.echo(json.dumps(report_json(report), indent=2) if as_json else report_text(report))


@app.command()
def stop(notice_id: NoticeId) -> None:
    """Send it to nobody else. What was sent stays."""
    from service.notices.authoring import cases as authoring

    _change(notice_id, authoring.stop)


@app.command()
def resume(notice_id: NoticeId) -> None:
    """Go on with a notice that was paused because something went wrong."""
    from service.notices.authoring import cases as authoring

    _change(notice_id, authoring.resume)


def _change(notice_id: str, change: Callable[[Deps, str, str], Awaitable[Notice]]) -> None:
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> Notice:
        return await change(deps, await reporting.read_mid_id(deps, notice_id), notice_id)

    typer.echo(notice_line(run_with_store(work)))


@app.command()
def correct(notice_id: NoticeId, file: NoticeFile) -> None:
    """Put a file's words in place of a notice's. Messages already sent are edited."""
    from service.bundle.files.read_notice import read_notice_file
    from service.notices.authoring import cases as authoring
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> Notice:
        content = read_notice_file(file, None)
        mid = await reporting.read_mid_id(deps, notice_id)
        return await authoring.correct(deps, mid, notice_id, content.text)

    typer.echo(notice_line(run_with_store(work)))


@app.command("list")
def list_(mid: MidId, as_json: AsJson = False) -> None:
    """The newest notices of a MID."""
    from service.notices.authoring import reporting

    notices = run_with_store(lambda deps: reporting.list_newest(deps, mid))
    if as_json:
        typer.echo(
            json.dumps([report_json(NoticeReport(notice=notice)) for notice in notices], indent=2)
        )
        return
    if not notices:
        typer.echo(f"{mid} has no notices yet.")
    for notice in notices:
        typer.echo(notice_line(notice))


@app.command()
def deliveries(notice_id: NoticeId) -> None:
    """What became of it for each person, under their pseudonym: one JSON object a line."""
    from bot.commands.notice_report import delivery_json
    from service.notices.authoring import reporting

    async def work(deps: Deps) -> None:
        mid = await reporting.read_mid_id(deps, notice_id)
        after: int | None = 0
        while after is not None:
            page, after = await reporting.list_deliveries(deps, mid, notice_id, after, PAGE_SIZE)
            for delivery in page:
                typer.echo(json.dumps(delivery_json(delivery)))

    run_with_store(work)
