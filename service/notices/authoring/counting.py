"""Counting the audience of a notice, exactly and without loading all of it at once."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from service.deps import Deps
from service.mids.values import Mid
from service.notices import rules
from service.notices.audience import DEFAULT_LOCALE, read_audience_members
from service.notices.rules import AudienceMember
from service.notices.values import Audience, AudienceCount, NoticeContent
from service.people import audience_store as audience_members
from service.standing import store as standing_store

PER_READ = 250
"""Members read in one transaction: few, because taps of members wait for it."""


async def count(deps: Deps, mid: Mid, content: NoticeContent) -> AudienceCount:
    """Count the people that a notice would reach at this moment."""
    if content.audience.everyone:
        return await _count_everyone(deps, mid, content)
    locales: Counter[str] = Counter()
    numbers: list[int] = []
    async for members in _read_candidates(deps, mid, content.audience):
        for member in members:
            if rules.matches(content.audience, member):
                numbers.append(member.number)
                locales[member.locale] += 1
    return _build_count(content, locales, upto=max(numbers, default=0), numbers=numbers)


async def _count_everyone(deps: Deps, mid: Mid, content: NoticeContent) -> AudienceCount:
    async with deps.db.read() as conn:
        locales = await audience_members.count_locales(conn, mid.id)
        return _build_count(
            content,
            {locale or DEFAULT_LOCALE: n for locale, n in locales.items()},
            upto=await audience_members.read_highest_number(conn, mid.id),
            numbers=await audience_members.read_ended_numbers(conn, mid.id),
        )


def _build_count(
    content: NoticeContent, locales: Mapping[str, int], *, upto: int, numbers: Sequence[int]
) -> AudienceCount:
    by_language: Counter[str] = Counter()
    foreign: dict[str, int] = Counter()
    for locale, n in locales.items():
        language = content.language_for(locale)
        by_language[language] += n
        if language != locale:
            foreign[language] += n
    return AudienceCount(
        by_language=dict(by_language),
        foreign=dict(foreign),
        audience_upto=upto,
        numbers=tuple(numbers),
    )


async def _read_candidates(
    deps: Deps, mid: Mid, audience: Audience
) -> AsyncIterator[list[AudienceMember]]:
    """Read a superset of the audience in groups, each in a transaction of its own."""
    async with deps.db.read() as conn:
        upto = await audience_members.read_highest_number(conn, mid.id)
        named = await audience_members.read_numbers_by_ref(conn, mid.id, audience.refs)
        if audience.licences and audience.standing == "in":
            # Nobody is in a licence without having said yes to it.
            named = sorted(
                {
                    *named,
                    *await standing_store.read_numbers_with_yes(conn, mid.id, audience.licences),
                }
            )
    if not audience.licences or audience.standing == "in":
        for start in range(0, len(named), PER_READ):
            yield await _read_group(deps, mid, audience, numbers=named[start : start + PER_READ])
        return
    after = 0
    while members := await _read_group(
        deps, mid, audience, after=after, upto=upto, limit=PER_READ
    ):
        yield members
        after = members[-1].number


async def _read_group(
    deps: Deps, mid: Mid, audience: Audience, **which: Any
) -> list[AudienceMember]:
    async with deps.db.read() as conn:
        return await read_audience_members(
            conn, mid, deps.clock.now(), licences=audience.licences, **which
        )
