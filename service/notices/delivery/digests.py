"""Several notices of a MID as one message: who may have it, and what is in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.deps import Deps
from service.mids.values import Mid
from service.notices import deferred_store, rules, store
from service.notices.audience import left, read_people
from service.notices.delivery_values import Held, Recipient, Settled
from service.notices.rules import Person
from service.notices.values import Hold, Notice, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Several notices of a MID that one person gets as one message.

    ``other`` says, by notice, what else became of those that are not for them, or no longer.
    ``to`` is in doubt when a process died while sending it to them.
    """

    to: Recipient | None
    notices: tuple[Notice, ...]
    other: Mapping[str, Settled | Held]


async def digests(deps: Deps, mid: Mid, limit: int) -> list[Digest]:
    """Who has notices of a MID waiting and may now have them as one message."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        waits = await deferred_store.read_digests(conn, mid.id, now, limit)
        if not waits:
            return []
        rows = await store.read_these(conn, {one for found in waits.values() for one in found})
        notices = {row.id: store.notice_of(row, mid) for row in rows}
        asked = {slug for notice in notices.values() for slug in notice.content.audience.licences}
        found = await read_people(conn, mid, now, licences=asked, numbers=sorted(waits))
    gone = waits.keys() - {person.number for person in found}
    return [
        *(_digest(person, notices, waits[person.number], now) for person in found),
        *(_nobody(number, notices, waits[number]) for number in sorted(gone)),
    ]


def _nobody(number: int, notices: Mapping[str, Notice], waits: Mapping[str, bool]) -> Digest:
    other = {wait: left(notices[wait], {number})[0] for wait in waits}
    return Digest(to=None, notices=(), other=other)


def _digest(
    person: Person, notices: Mapping[str, Notice], waits: Mapping[str, bool], now: datetime
) -> Digest:
    # The week has room for the one message that all of them become.
    free = replace(person, delivered=())
    listed: list[Notice] = []
    other: dict[str, Settled | Held] = {}
    for notice_id, in_doubt in waits.items():
        notice = notices[notice_id]
        placed = rules.place(notice.content, free, now)
        if in_doubt and notice.content.on_doubt == "skip":
            language = notice.content.language_for(person.locale)
            placed = Settled(number=person.number, outcome=Outcome.UNCERTAIN, language=language)
        if isinstance(placed, Recipient):
            listed.append(notice)
        elif isinstance(placed, Held):
            other[notice_id] = replace(placed, why=Hold.DIGEST, in_doubt=in_doubt)
        else:
            other[notice_id] = placed
    doubt = any(waits[one.id] for one in listed)
    to = replace(rules.recipient(person), in_doubt=doubt)
    return Digest(to=to, notices=tuple(listed), other=other)
