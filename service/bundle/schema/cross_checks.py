"""Rules of a bundle that span its blocks: ids, and names that must point somewhere.

They read the bundle as plain blocks and lists and skip whatever has another shape: so all its
problems are reported at once, even when some block is refused for its own sake.
"""

from collections.abc import Iterator
from typing import Any

from service.bundle.schema.checks import quote

Loc = tuple[str | int, ...]
Finding = tuple[Loc, str, str]
"""Where something is wrong, why, and what to write instead."""


def cross_check(raw: Any) -> Iterator[Finding]:
    """Find what is wrong between the blocks of a bundle, given as plain blocks and lists."""
    yield from _ids(raw)
    yield from _own_sides(raw)
    yield from _parties_named(raw)
    yield from _members(raw)
    yield from _statements(raw)


def _block(raw: Any, key: str) -> dict[str, Any]:
    """The block under `key`, or an empty one."""
    block = raw.get(key) if isinstance(raw, dict) else None
    return block if isinstance(block, dict) else {}


def _items(raw: Any, key: str) -> list[tuple[int, Any]]:
    """The numbered items of the list under `key`, or none."""
    items = raw.get(key) if isinstance(raw, dict) else None
    return list(enumerate(items)) if isinstance(items, list) else []


def _strings(raw: Any, key: str) -> list[tuple[int, str]]:
    return [(n, item) for n, item in _items(raw, key) if isinstance(item, str)]


def _by_id(raw: Any, key: str, name: str) -> dict[str, Any]:
    """The blocks of a list by their id, the field `name`; of two with one id the first."""
    blocks: dict[str, Any] = {}
    for _, item in _items(raw, key):
        if isinstance(item, dict) and isinstance(item.get(name), str):
            blocks.setdefault(item[name], item)
    return blocks


def _ids(raw: Any) -> Iterator[Finding]:
    """Ids are unique within their list, and no party has the MID's own id."""
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
                yield (key, n, name), f"{quote(value)} is taken already", "give each its own"
            if key == "parties" and value == own:
                yield (
                    (key, n, name),
                    f"{quote(value)} is the MID itself, not a party",
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


def _own_sides(raw: Any) -> Iterator[Finding]:
    """Nobody is on both sides of a licence: the MID neither buys nor passes data on."""
    mid = _block(raw, "mid")
    own_names = {str(name).strip().casefold() for name in _block(mid, "name").values()}
    named_alike = {
        ref
        for ref, party in _by_id(raw, "parties", "id").items()
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
                        f"{quote(ref)} is the MID itself: the same party on both sides",
                        f"name a {role} that is not the MID",
                    )
                elif key == "via" and ref in buyers:
                    yield (
                        where,
                        f"{quote(ref)} is also a buyer of this licence",
                        "name it once: as buyer, or as go-between",
                    )


def _parties_named(raw: Any) -> Iterator[Finding]:
    """Whoever is referred to is the MID itself or one of the parties."""
    mid = _block(raw, "mid")
    own = mid.get("id")
    known = {*_by_id(raw, "parties", "id"), *([own] if isinstance(own, str) else [])}

    def check(where: Loc, ref: Any) -> Iterator[Finding]:
        if isinstance(ref, str) and ref not in known:
            yield (
                where,
                f"{quote(ref)} is not among the parties",
                "describe it under parties, or correct the id",
            )

    for k, ref in _strings(mid, "affiliates"):
        yield from check(("mid", "affiliates", k), ref)
    for n, licence in _items(raw, "licences"):
        if isinstance(licence, dict):
            yield from check(("licences", n, "collector"), licence.get("collector"))
        for key in ("buyers", "via"):
            for k, ref in _strings(licence, key):
                yield from check(("licences", n, key, k), ref)
        for k, commission in _items(licence, "commissions"):
            if isinstance(commission, dict):
                yield from check(
                    ("licences", n, "commissions", k, "party"), commission.get("party")
                )


def _members(raw: Any) -> Iterator[Finding]:
    """Members are eligible for licences of this bundle."""
    licences = _by_id(raw, "licences", "id")
    for n, member in _items(raw, "members"):
        for k, licence in _strings(member, "eligible"):
            if licence not in licences:
                yield _unknown_licence(("members", n, "eligible", k), licence)


def _statements(raw: Any) -> Iterator[Finding]:
    """Lines of statements are about members and licences of this bundle, in existing versions."""
    licences = _by_id(raw, "licences", "id")
    members = _by_id(raw, "members", "ref")
    for n, statement in _items(raw, "statements"):
        for k, line in _items(statement, "lines"):
            if not isinstance(line, dict):
                continue
            where: Loc = ("statements", n, "lines", k)
            ref, licence, version = line.get("ref"), line.get("licence"), line.get("version")
            if isinstance(ref, str) and ref not in members:
                yield (
                    (*where, "ref"),
                    f"{quote(ref)} is not among the members",
                    "add the member, or correct the ref",
                )
            if isinstance(licence, str) and licence not in licences:
                yield _unknown_licence((*where, "licence"), licence)
            elif isinstance(licence, str):
                latest = licences[licence].get("version")
                if isinstance(version, int) and isinstance(latest, int) and version > latest:
                    yield (
                        (*where, "version"),
                        f"{quote(licence)} has no version {version} yet; this bundle has {latest}",
                        "write the version the payment was for",
                    )


def _unknown_licence(where: Loc, licence: str) -> Finding:
    return (
        where,
        f"{quote(licence)} is no licence of this bundle",
        "add the licence, or correct the id",
    )
