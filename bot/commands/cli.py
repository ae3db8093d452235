"""The command line. Exit status 0, 1 (refused, with the reason), 2 (wrong usage)."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import notice, questions, staff
from bot.commands.console import AsJson, carry_out, group, refused, settings

app = group("midline", "A member's line to their MIDs.")
app.add_typer(notice.app)
app.add_typer(staff.app)
app.add_typer(questions.app)


@app.command()
def run() -> None:
    """Run the bot."""
    from bot.telegram.lazy_models import built_at_first_use

    with built_at_first_use():
        from aiogram.exceptions import TelegramUnauthorizedError
    from bot import app as composition
    from bot.logs import configure_logging

    found = settings()
    configure_logging(found.log_level)
    try:
        carry_out(composition.run(found))
    except* TelegramUnauthorizedError as error:
        raise refused("Telegram does not know this token. Check MIDLINE_BOT_TOKEN.") from error


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The port of the page; 0 takes a free one.")] = 8088,
    fresh: Annotated[bool, typer.Option(help="Begin anew, forgetting the last demo.")] = False,
) -> None:
    """Show everything in a browser, without a Telegram account."""
    from bot.commands.demo import run_demo

    carry_out(run_demo(port, fresh=fresh))


@app.command()
def doctor() -> None:
    """Check the settings and the store, and say how to mend what is wrong."""
    from bot.commands.doctor import examine

    if not carry_out(examine(settings())):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the store's tables to the present revision."""
    from bot.open_store import open_store

    async def work() -> None:
        async with open_store(settings()):
            typer.echo("The store is up to date.")

    carry_out(work())


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Bundles, YAML or JSON.")],
    as_json: AsJson = False,
) -> None:
    """Read the bundles of MIDs. Each is taken whole or refused whole."""
    from bot.commands.import_bundles import import_files

    reports = carry_out(import_files(settings(), files))
    if as_json:
        typer.echo(json.dumps([report.as_json() for report in reports], indent=2))
    else:
        for report in reports:
            typer.echo(report.as_text())


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

    made = carry_out(make_invite_links(settings(), mid, ref, count))
    if as_json:
        typer.echo(json.dumps(made, indent=2))
    elif not made:
        typer.echo(f"Everyone on the roster of {mid} has joined or holds an open invite.")
    for one in [] if as_json else made:
        typer.echo(f"{one['ref']}  {one['link'] or one['token']}  until {one['expires']}")


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="A question, as a member would type it.")],
    language: Annotated[str, typer.Option(help="The language the member reads.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show which topics a question finds, how surely, and the answer without a model."""
    from bot.commands.ask import search_articles as search

    found = search(text, language)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        typer.echo(found.as_text())


@app.command()
def screens(
    out: Annotated[Path, typer.Argument(help="The HTML file to write.")] = Path("screens.html"),
) -> None:
    """Write the screen book: every screen in every language on one page."""
    from dialogs.book.book import render_book

    out.write_text(render_book(), encoding="utf-8")
    typer.echo(f"Wrote {out}")
