"""The ``midline`` command. Its exit status is 0, 1 (refused, with the reason) or 2 (wrong usage).

Each subcommand imports what it needs when it runs, so that ``--help`` stays quick.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import notice, overview, questions, staff
from bot.commands.console import (
    AsJson,
    command_group,
    load_settings,
    refusal,
    run_command,
    run_with_store,
)
from service.deps import Deps

app = command_group("midline", "A member's line to their MIDs.")
app.add_typer(notice.app)
app.add_typer(staff.app)
app.add_typer(questions.app)
app.command("mids")(overview.list_mids)
app.command("members")(overview.list_members)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"midline {version('midline')}")
        raise typer.Exit


@app.callback()
def common(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """A member's line to their MIDs."""


@app.command()
def run() -> None:
    """Run the bot."""
    from bot.telegram.lazy_models import built_at_first_use

    with built_at_first_use():
        from aiogram.exceptions import TelegramUnauthorizedError
    from bot import app as composition
    from bot.logs import configure_logging

    settings = load_settings()
    configure_logging(settings.log_level)
    try:
        run_command(composition.run(settings))
    except* TelegramUnauthorizedError as error:
        raise refusal("Telegram does not know this token. Check MIDLINE_BOT_TOKEN.") from error


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The port of the page; 0 takes a free one.")] = 8088,
    fresh: Annotated[bool, typer.Option(help="Begin anew, forgetting the last demo.")] = False,
) -> None:
    """Show everything in a browser, without a Telegram account."""
    from bot.commands.demo import run_demo

    run_command(run_demo(port, fresh=fresh))


@app.command()
def doctor() -> None:
    """Check the settings and the store, and say how to mend what is wrong."""
    from bot.commands.doctor import examine

    if not run_command(examine(load_settings())):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the store's tables to the present revision."""

    async def work(_: Deps) -> None:
        typer.echo("The store is up to date.")

    run_with_store(work)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Bundles, YAML or JSON.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and store nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the bundles of MIDs. Each is taken whole or refused whole."""
    from bot.commands.import_bundles import import_files

    reports = run_command(import_files(load_settings(), files, keep=not dry_run))
    if as_json:
        typer.echo(json.dumps([report.as_json() for report in reports], indent=2))
    else:
        for report in reports:
            typer.echo(report.as_text())
        if dry_run:
            typer.echo("Nothing was stored: this was a dry run.")


@app.command()
def invite(
    mid: Annotated[str, typer.Argument(help="The id of the MID.")],
    ref: Annotated[str | None, typer.Option(help="The MID's own number for the person.")] = None,
    count: Annotated[
        int, typer.Option(min=1, help="Invite the next N people who are not invited yet.")
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Make single-use invites. A token is shown here once and stored only as a hash."""
    from bot.commands.invites import make_invite_links

    invites = run_command(make_invite_links(load_settings(), mid, ref, count))
    if as_json:
        typer.echo(json.dumps(invites, indent=2))
        return
    if not invites:
        typer.echo(f"Everyone on the roster of {mid} has joined or holds an open invite.")
    for each in invites:
        typer.echo(f"{each['ref']}  {each['link'] or each['token']}  until {each['expires']}")


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="A question, as a member would type it.")],
    language: Annotated[str, typer.Option(help="The language the member reads.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show which topics a question finds, how surely, and the answer without a model."""
    from bot.commands.ask import search_articles

    report = search_articles(text, language)
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        typer.echo(report.as_text())


@app.command()
def screens(
    out: Annotated[Path, typer.Argument(help="The HTML file to write.")] = Path("screens.html"),
) -> None:
    """Write the screen book: every screen in every language on one page."""
    from dialogs.book.book import render_book

    out.write_text(render_book(), encoding="utf-8")
    typer.echo(f"Wrote {out}")
