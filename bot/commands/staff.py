"""``midline staff``: adds, lists and removes the people who may announce for a MID in the chat."""

import json
from typing import Annotated, Any

import typer

from bot.commands.console import (
    AsJson,
    MidId,
    command_group,
    load_settings,
    run_command,
    run_with_store,
)
from bot.commands.invites import read_bot_username
from bot.open_store import open_store
from bot.settings import Settings
from service.staff import cases as staff_cases
from service.staff.values import Staff

app = command_group("staff", "Let people announce for a MID in the chat.")


@app.command()
def add(
    mid: MidId,
    name: Annotated[str, typer.Option(help="The name that stands under what they approve.")],
    as_json: AsJson = False,
) -> None:
    """Make a link that makes whoever opens it staff: once, within seven days."""
    staff = run_command(add_staff(load_settings(), mid, name))
    if as_json:
        typer.echo(json.dumps(staff, indent=2))
    else:
        link = staff["link"] or staff["token"]
        typer.echo(f"{staff['id']}  {staff['name']}  {link}  until {staff['expires']}")


@app.command("list")
def list_(mid: MidId, as_json: AsJson = False) -> None:
    """The staff of a MID."""
    staff = run_with_store(lambda deps: staff_cases.list_staff(deps, mid))
    if as_json:
        typer.echo(json.dumps([_listed_json(person) for person in staff], indent=2))
        return
    if not staff:
        typer.echo(f"{mid} has no staff yet.")
    for person in staff:
        state = "in the chat" if person.member_id else "has not opened the link yet"
        typer.echo(f"{person.id}  {person.name}  {state}")


@app.command()
def remove(staff_id: Annotated[str, typer.Argument(help="The id of the staff.")]) -> None:
    """End it at once: none of their buttons works any more."""
    from service import erasure

    run_with_store(lambda deps: erasure.remove_staff(deps, staff_id))
    typer.echo(f"{staff_id} is no longer staff.")


async def add_staff(settings: Settings, mid: str, name: str) -> dict[str, str | None]:
    """Add staff and return them with their link, as ``--json`` prints them."""
    async with open_store(settings) as deps:
        username = await read_bot_username(deps, settings)
        added = await staff_cases.add(deps, mid, name)
    return {
        "id": added.staff.id,
        "mid": added.staff.mid.id,
        "name": added.staff.name,
        "token": added.token,
        "link": f"https://t.me/{username}?start={added.token}" if username else None,
        "expires": added.staff.expires_at.isoformat(timespec="seconds"),
    }


def _listed_json(person: Staff) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "added": person.added_at.isoformat(timespec="seconds"),
        "link_opened": person.member_id is not None,
    }
