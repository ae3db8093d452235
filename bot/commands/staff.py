"""``midline staff``: who may announce for a MID in the chat."""

import json
from typing import Annotated, Any

import typer

from bot.commands.console import AsJson, carry_out, group, settings
from bot.commands.invites import read_bot_username
from bot.open_store import open_store
from bot.settings import Settings
from service.staff import cases as staff

app = group("staff", "Let people announce for a MID in the chat.")

Mid = Annotated[str, typer.Argument(help="The id of the MID.")]


@app.command()
def add(
    mid: Mid,
    name: Annotated[str, typer.Option(help="The name that stands under what they approve.")],
    as_json: AsJson = False,
) -> None:
    """Make a link that makes whoever opens it staff: once, within seven days."""
    made = carry_out(add_staff(settings(), mid, name))
    if as_json:
        typer.echo(json.dumps(made, indent=2))
    else:
        link = made["link"] or made["token"]
        typer.echo(f"{made['id']}  {made['name']}  {link}  until {made['expires']}")


@app.command("list")
def list_(mid: Mid, as_json: AsJson = False) -> None:
    """The staff of a MID."""
    from bot.open_store import open_store
    from service.staff import cases

    found = settings()

    async def work() -> list[dict[str, Any]]:
        async with open_store(found) as deps:
            return [
                {
                    "id": one.id,
                    "name": one.name,
                    "added": one.added_at.isoformat(timespec="seconds"),
                    "link_opened": one.member_id is not None,
                }
                for one in await cases.list_staff(deps, mid)
            ]

    staff = carry_out(work())
    if as_json:
        typer.echo(json.dumps(staff, indent=2))
    elif not staff:
        typer.echo(f"{mid} has no staff yet.")
    for one in [] if as_json else staff:
        opened_ = "in the chat" if one["link_opened"] else "has not opened the link yet"
        typer.echo(f"{one['id']}  {one['name']}  {opened_}")


@app.command()
def remove(staff_id: Annotated[str, typer.Argument(help="The id of the staff.")]) -> None:
    """End it at once: none of their buttons works any more."""
    from bot.open_store import open_store
    from service import erasure

    found = settings()

    async def work() -> None:
        async with open_store(found) as deps:
            await erasure.remove_staff(deps, staff_id)

    carry_out(work())
    typer.echo(f"{staff_id} is no longer staff.")


async def add_staff(settings: Settings, mid: str, name: str) -> dict[str, str | None]:
    """Fresh staff as plain values, with the link that makes somebody it."""
    async with open_store(settings) as deps:
        username = await read_bot_username(deps, settings)
        made = await staff.add(deps, mid, name)
    return {
        "id": made.staff.id,
        "mid": made.staff.mid.id,
        "name": made.staff.name,
        "token": made.token,
        "link": f"https://t.me/{username}?start={made.token}" if username else None,
        "expires": made.staff.expires_at.isoformat(timespec="seconds"),
    }
