"""Counting the people of a notice."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from service.deps import Deps
from service.mids.values import Mid
from service.notices import rules
from service.notices.audience import SOURCE, read_people
from service.notices.rules import Person
from service.notices.values import Audience, Content, Counted
from service.people import audience_store as audience_members
from service.standing import store as standing_store

PER_READ = 250
"""People looked at in one go: members' taps wait as long."""


async def count(deps: Deps, mid: Mid, content: Content) -> Counted:
    """How many people a notice would reach at this moment, exactly, without loading them all."""
    if content.audience.everyone:
        return await _count_everyone(deps, mid, content)
    locales: Counter[str] = Counter()
    numbers: list[int] = []
    async for group in _candidates(deps, mid, content.audience):
        for person in group:
            if rules.matches(content.audience, person):
                numbers.append(person.number)
                locales[person.locale] += 1
    return _counted(content, locales, upper=max(numbers, default=0), numbers=numbers)


async def _count_everyone(deps: Deps, mid: Mid, content: Content) -> Counted:
    async with deps.db.read() as conn:
        return _counted(
            content,
            {
                one or SOURCE: n
                for one, n in (await audience_members.count_locales(conn, mid.id)).items()
            },
            upper=await audience_members.read_highest_number(conn, mid.id),
            numbers=await audience_members.read_ended_numbers(conn, mid.id),
        )


def _counted(
    content: Content, locales: Mapping[str, int], *, upper: int, numbers: Sequence[int]
) -> Counted:
    by_language: Counter[str] = Counter()
    foreign: dict[str, int] = Counter()
    for locale, n in locales.items():
        language = content.language_for(locale)
        by_language[language] += n
        if language != locale:
            foreign[language] += n
    return Counted(
        by_language=dict(by_language), foreign=dict(foreign), upper=upper, numbers=tuple(numbers)
    )


async def _candidates(deps: Deps, mid: Mid, whom: Audience) -> AsyncIterator[list[Person]]:
    """All who may be meant, and some more: a group after the other, each looked at for itself."""
    async with deps.db.read() as conn:
        upper = await audience_members.read_highest_number(conn, mid.id)
        named = await audience_members.read_numbers_by_ref(conn, mid.id, whom.refs)
        if whom.licences and whom.standing == "in":
            # Nobody is in without having said yes.
            named = sorted(
                {*named, *await standing_store.read_numbers_with_yes(conn, mid.id, whom.licences)}
            )
    if not whom.licences or whom.standing == "in":
        for start in range(0, len(named), PER_READ):
            yield await _read_now(deps, mid, whom, numbers=named[start : start + PER_READ])
        return
    after = 0
    while found := await _read_now(deps, mid, whom, after=after, upto=upper, limit=PER_READ):
        yield found
        after = found[-1].number


async def _read_now(deps: Deps, mid: Mid, whom: Audience, **which: Any) -> list[Person]:
    async with deps.db.read() as conn:
        return await read_people(conn, mid, deps.clock.now(), licences=whom.licences, **which)
