"""Rules of a bundle that span its blocks: ids, and names that must point somewhere.

They look at the bundle as plain blocks and lists and pass over whatever has another shape, so
that they can speak up even when a block elsewhere is refused for its own sake.
"""

from collections.abc import Iterator
from typing import Any

from service.bundle.schema.checks import shown

Loc = tuple[str | int, ...]
Found = tuple[Loc, str, str]
"""Where, why, and the mend."""


def problems_together(raw: Any) -> Iterator[Found]:
    """Find everything wrong between blocks: ids, both sides, pointers, versions of lines."""
    yield from _ids(raw)
    yield from _own_sides(raw)
    yield from _parties_named(raw)
    yield from _members(raw)
    yield from _statements(raw)


def _block(raw: Any, key: str) -> dict[str, Any]:
    """The block under `key`, or an empty one."""
    found = raw.get(key) if isinstance(raw, dict) else None
    return found if isinstance(found, dict) else {}


def _items(raw: Any, key: str) -> list[tuple[int, Any]]:
    """The numbered items of the list under `key`, or none."""
    found = raw.get(key) if isinstance(raw, dict) else None
    return list(enumerate(found)) if isinstance(found, list) else []


def _strings(raw: Any, key: str) -> list[tuple[int, str]]:
    return [(n, item) for n, item in _items(raw, key) if isinstance(item, str)]


def _known(raw: Any, key: str, name: str) -> dict[str, Any]:
    """Blocks of a list by their id (`name`); the first of two counts."""
    found: dict[str, Any] = {}
    for _, item in _items(raw, key):
        if isinstance(item, dict) and isinstance(item.get(name), str):
            found.setdefault(item[name], item)
    return found


def _ids(raw: Any) -> Iterator[Found]:
    """Ids are unique within their list, and the MID's own id is taken."""
    own = _block(raw, "mid").get("id")
    for key, name in (
        ("parties", "id"),
        ("licences", "id"),
        ("members", "ref"),
        ("articles", "id"),
    ):
        seen: set[str] = set()
        for n, item in _items(raw, key):
            value = item.get(name) if isinstance(item, dict) else None
            if not isinstance(value, str):
                continue
            if value in seen:
                yield (key, n, name), f"{shown(value)} is taken already", "give each its own"
            if key == "parties" and value == own:
                yield (
                    (key, n, name),
                    f"{shown(value)} is the MID itself, not a party",
                    "leave this party out; the MID's id can be used wherever a party can",
                )
            seen.add(value)
    months: set[tuple[Any, Any]] = set()
    for n, item in _items(raw, "statements"):
        if isinstance(item, dict):
            month = (str(item.get("period")), str(item.get("currency")))
            if month in months:
                yield (
                    ("statements", n, "period"),
                    f"there is another statement for {month[0]} in {month[1]}",
                    "put the two into one",
                )
            months.add(month)


def _own_sides(raw: Any) -> Iterator[Found]:
    """Nobody stands on both sides of a licence: the MID neither buys nor passes on (P1d)."""
    mid = _block(raw, "mid")
    own_names = {str(name).strip().casefold() for name in _block(mid, "name").values()}
    named_alike = {
        ref
        for ref, party in _known(raw, "parties", "id").items()
        if str(party.get("name")).strip().casefold() in own_names
    }
    for n, licence in _items(raw, "licences"):
        buyers = {ref for _, ref in _strings(licence, "buyers")}
        for key, role in (("buyers", "buyer"), ("via", "go-between")):
            for k, ref in _strings(licence, key):
                where = ("licences", n, key, k)
                if ref == mid.get("id") or ref in named_alike:
                    yield (
                        where,
                        f"{shown(ref)} is the MID itself: the same party on both sides",
                        f"name a {role} that is not the MID",
                    )
                elif key == "via" and ref in buyers:
                    yield (
                        where,
                        f"{shown(ref)} is also a buyer of this licence",
                        "name it once: as buyer, or as go-between",
                    )


def _parties_named(raw: Any) -> Iterator[Found]:
    """Whoever is named is described: the MID itself, or one of the parties."""
    mid = _block(raw, "mid")
    own = mid.get("id")
    known = {*_known(raw, "parties", "id"), *([own] if isinstance(own, str) else [])}

    def lost(where: Loc, ref: Any) -> Iterator[Found]:
        if isinstance(ref, str) and ref not in known:
            yield (
                where,
                f"{shown(ref)} is not among the parties",
                "describe it under parties, or correct the id",
            )

    for k, ref in _strings(mid, "affiliates"):
        yield from lost(("mid", "affiliates", k), ref)
    for n, licence in _items(raw, "licences"):
        if isinstance(licence, dict):
            yield from lost(("licences", n, "collector"), licence.get("collector"))
        for key in ("buyers", "via"):
            for k, ref in _strings(licence, key):
                yield from lost(("licences", n, key, k), ref)
        for k, commission in _items(licence, "commissions"):
            if isinstance(commission, dict):
                yield from lost(
                    ("licences", n, "commissions", k, "party"), commission.get("party")
                )


def _members(raw: Any) -> Iterator[Found]:
    """Members are eligible for licences of this bundle."""
    licences = _known(raw, "licences", "id")
    for n, member in _items(raw, "members"):
        for k, licence in _strings(member, "eligible"):
            if licence not in licences:
                yield _no_licence(("members", n, "eligible", k), licence)


def _statements(raw: Any) -> Iterator[Found]:
    """Lines are about members and licences of this bundle, in a version that exists."""
    licences = _known(raw, "licences", "id")
    members = _known(raw, "members", "ref")
    for n, statement in _items(raw, "statements"):
        for k, line in _items(statement, "lines"):
            if not isinstance(line, dict):
                continue
            where: Loc = ("statements", n, "lines", k)
            ref, licence, version = line.get("ref"), line.get("licence"), line.get("version")
            if isinstance(ref, str) and ref not in members:
                yield (
                    (*where, "ref"),
                    f"{shown(ref)} is not among the members",
                    "add the member, or correct the ref",
                )
            if isinstance(licence, str) and licence not in licences:
                yield _no_licence((*where, "licence"), licence)
            elif isinstance(licence, str):
                latest = licences[licence].get("version")
                if isinstance(version, int) and isinstance(latest, int) and version > latest:
                    yield (
                        (*where, "version"),
                        f"{shown(licence)} has no version {version} yet; this bundle has {latest}",
                        "write the version the payment was for",
                    )


def _no_licence(where: Loc, licence: str) -> Found:
    return (
        where,
        f"{shown(licence)} is no licence of this bundle",
        "add the licence, or correct the id",
    )
