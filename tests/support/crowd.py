"""Many members of the nurses' co-op at once, and a MID that announces something to them."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.telegram import chat_store
from playground import PlayPerson
from service.deps import Deps
from service.mids import store as mid_store
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.values import (
    Audience,
    NoticeContent,
    NoticeKind,
    NoticeReport,
    NoticeStatus,
    NoticeText,
)
from service.people import store as people
from tests.support.house import House

MID = "nurses"


@dataclass
class Reader:
    """One member of the crowd."""

    person: PlayPerson
    member_id: str
    membership_id: str

    @property
    def notices(self) -> list[str]:
        """What the bot told them, without what they asked for."""
        return [bubble.text for bubble in self.person.heard]


async def crowd(house: House, size: int, *, language: str = "en") -> list[Reader]:
    """People who joined long ago, each with an open chat."""
    found = []
    async with house.deps() as deps, deps.db.write() as conn:
        refs = [f"X-{number:05}" for number in range(size)]
        row = {"language": language, "tier": "standard", "eligible": ["sepsis-warning"]}
        await mid_store.put_roster(conn, MID, dict.fromkeys(refs, row))
        for ref in refs:
            person = house.playground.person(ref, language=language)
            found.append(await _joined(conn, deps, person, ref, language))
    return found


async def _joined(
    conn: AsyncConnection, deps: Deps, person: PlayPerson, ref: str, language: str
) -> Reader:
    person.chat.met = person.chat.started = True
    now = deps.clock.now()
    member = await people.add_member(conn, now, spoken=language)
    await chat_store.put_chat(conn, person.id, member.id, language)
    membership_id = await people.join(conn, member.id, MID, ref, now)
    assert membership_id
    return Reader(person, member.id, membership_id)


def content(**changed) -> NoticeContent:
    told = {
        "kind": NoticeKind.GENERAL,
        "audience": Audience(everyone=True),
        "text": {"en": NoticeText(title="Open evening", body="Come at 18:00.")},
    }
    return NoticeContent(**{**told, **changed})


async def announce(deps: Deps, made: NoticeContent | None = None) -> str:
    """Draft, count and approve; returns the notice's id."""
    notice = await authoring.draft(deps, MID, made or content(), by="ada")
    counted = await authoring.count(deps, MID, notice.id)
    await authoring.approve(deps, MID, notice.id, "ada", counted.total)
    return notice.id


async def over(deps: Deps, notice_id: str, *, seconds: float = 30) -> NoticeReport:
    """The report, once the notice has come to its end or was paused."""
    ends = {NoticeStatus.FINISHED, NoticeStatus.STOPPED, NoticeStatus.PAUSED, NoticeStatus.EXPIRED}
    return await when(deps, notice_id, lambda one: one.notice.status in ends, seconds=seconds)


async def when(deps: Deps, notice_id: str, holds, *, seconds: float = 30) -> NoticeReport:
    """The report, once something holds of it."""
    async with asyncio.timeout(seconds):
        while not holds(report := await reporting.read_report(deps, MID, notice_id)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return report
