"""``midline mids`` and ``midline members``: what an operator asks first."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from bot.commands.console import AsJson, MidId, run_with_store
from service.deps import Deps
from service.mids import cases as mid_cases
from service.people import cases as people
from service.people.values import RosterEntry, RosterState


def list_mids(as_json: AsJson = False) -> None:
    """List the MIDs here: how many are on their roster, and how many have joined."""

    async def read_counts(deps: Deps) -> list[dict[str, Any]]:
        return [
            {
                "mid": mid.id,
                "name": dict(mid.name),
                **_counts(await people.list_roster(deps, mid.id)),
            }
            for mid in await mid_cases.read_mids(deps)
        ]

    mids = run_with_store(read_counts)
    if as_json:
        typer.echo(json.dumps(mids, indent=2, ensure_ascii=False))
        return
    if not mids:
        typer.echo("No MID is here yet. Bring one in with: midline import FILE")
    for mid in mids:
        name = next(iter(mid["name"].values()))
        typer.echo(f"{mid['mid']}  {name}: {mid['joined']} of {mid['on_roster']} have joined")


def list_members(
    mid: MidId,
    state: Annotated[RosterState | None, typer.Option(help="Only those who are so far.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the people on a MID's roster by its own references, and who has joined."""

    async def read_entries(deps: Deps) -> list[dict[str, str]]:
        return [
            {"ref": entry.ref, "language": entry.language, "state": entry.state.value}
            for entry in await people.list_roster(deps, mid)
            if state in {None, entry.state}
        ]

    entries = run_with_store(read_entries)
    if as_json:
        typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    for entry in entries:
        typer.echo(f"{entry['ref']}  {entry['language']}  {entry['state']}")
    states = Counter(entry["state"] for entry in entries)
    told = ", ".join(f"{count} {name}" for name, count in states.most_common())
    typer.echo(f"{len(entries)} people: {told}" if entries else "Nobody.", err=True)


def _counts(entries: Sequence[RosterEntry]) -> dict[str, int]:
    joined = sum(entry.state is RosterState.JOINED for entry in entries)
    return {"on_roster": len(entries), "joined": joined}
