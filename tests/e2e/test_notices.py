"""What a member does with notices: answers, changes the answer, finds them again, mutes a MID."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bot.telegram import chat_store
from dialogs.callbacks import (
    AnswerNotice,
    Go,
    Mute,
    Place,
    SayYes,
    SetQuiet,
    SetWeekly,
    ShowCard,
    ShowDetails,
    ShowMid,
    ShowNotice,
    ShowNoticeCard,
    ShowNotices,
)
from service.deps import Deps
from service.journal import store as journal
from service.notices.audience import read_next_batch
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion
from service.notices.delivery_values import OutcomeBatch, Settled
from service.notices.inbox import cases as notice_inbox
from service.notices.values import (
    AnswerOption,
    Audience,
    NoticeContent,
    NoticeKind,
    NoticeOutcome,
    NoticeText,
)
from service.people.values import Member as Known
from tests.support.house import NURSE, TRANSLATOR, House, Member

EVERYONE = Audience(everyone=True)
COMING = (
    AnswerOption(id="yes", label={"en": "I will come"}),
    AnswerOption(id="no", label={"en": "I will not come"}),
)


def evening(title: str = "Open evening", closes: datetime | None = None) -> NoticeContent:
    return NoticeContent(
        kind=NoticeKind.GENERAL,
        audience=EVERYONE,
        text={"en": NoticeText(title=title, body="Meet the robot team at 18:00.")},
        answers=COMING,
        closes=closes,
    )


@dataclass
class Desk:
    """A MID that tells its members something while the bot is not running."""

    house: House

    async def members(self, *who: tuple[str, str], name: str = "Ana") -> Member:
        """A member of some MIDs, joined through their invites."""
        async with self.house.running():
            return await self.house.joined(self.house.member(name), *who)

    async def tell(self, made: NoticeContent, mid: str = "nurses") -> str:
        """Settle a notice as sent to everyone it is for; returns its id."""
        async with self.house.deps() as deps:
            notice = await authoring.draft(deps, mid, made, by="ada")
            counted = await authoring.count(deps, mid, notice.id)
            await authoring.approve(deps, mid, notice.id, "ada", counted.total)
            taken = await delivery.take_over(deps, notice.id)
            assert taken is not None
            turn = await read_next_batch(deps, taken, 0, 10)
            sent = tuple(
                Settled(number=one.number, outcome=NoticeOutcome.SENT, language="en", message_id=7)
                for one in turn.send
            )
            batch = OutcomeBatch(
                settled=(*sent, *turn.settled), settled_upto=turn.upto, send_upto=turn.upto
            )
            await delivery.write_outcomes(deps, {notice.id: batch}, {notice.id: taken.epoch})
            await completion.finish(deps, taken)
        return notice.id

    async def answers(self, notice_id: str) -> dict[str, int]:
        async with self.house.deps() as deps:
            return dict((await reporting.read_report(deps, "nurses", notice_id)).answers)

    async def known(self, deps: Deps, member: Member) -> Known:
        async with deps.db.read() as conn:
            chat = await chat_store.read_chat(conn, member.person.id)
        assert chat is not None
        return (await notice_inbox.read_attention(deps, chat.member_id)).snapshot.member


@pytest.fixture
def desk(quiet_house: House) -> Desk:
    return Desk(quiet_house)


async def test_an_answer_is_given_and_changed_until_the_notice_closes(desk: Desk):
    member = await desk.members(NURSE)
    closes = desk.house.clock.time + timedelta(days=2)
    notice = await desk.tell(evening(closes=closes))
    async with desk.house.running():
        assert "Open evening" in await member.say("/notices")
        assert "You can answer until" in await member.press(ShowNotice(notice=notice))
        text = await member.press(AnswerNotice(notice=notice, answer="yes"))
        assert text.startswith("Saved: “I will come”.")
        old = member.person.screen
        assert "You chose “I will not come”" in await member.press(
            AnswerNotice(notice=notice, answer="no")
        )
        assert await desk.answers(notice) == {"no": 1}
        desk.house.clock.time += timedelta(days=3)
        text = await member.forge(AnswerNotice(notice=notice, answer="yes").pack(), on=old)
        assert "Nothing was saved." in text
        assert "You chose “I will not come”" in text
        assert not member.has(AnswerNotice)
    assert await desk.answers(notice) == {"no": 1}


async def test_a_notice_of_another_mid_is_nobodys_to_read_or_answer(desk: Desk):
    await desk.members(TRANSLATOR, name="Bo")
    member = await desk.members(NURSE)
    notice = await desk.tell(evening("For translators"), "translators")
    async with desk.house.running():
        await member.say("/start")
        for target in (
            ShowNotice(notice=notice),
            AnswerNotice(notice=notice, answer="yes"),
            ShowNoticeCard(licence="lic_0000000000000000", notice=notice),
            Mute(membership="mbr_0000000000000000", on=True),
        ):
            text = await member.forge(target.pack())
            assert "That button is too old to use." in text
        assert "No MID has sent you a notice yet." in await member.say("/notices")


async def test_an_answer_that_the_notice_does_not_offer_is_not_kept(desk: Desk):
    member = await desk.members(NURSE)
    notice = await desk.tell(evening())
    async with desk.house.running():
        await member.say("/notices")
        await member.forge(AnswerNotice(notice=notice, answer="maybe").pack())
    assert await desk.answers(notice) == {}


async def test_notices_are_listed_in_pages_and_found_by_their_words(desk: Desk):
    member = await desk.members(NURSE)
    for n in range(8):
        await desk.tell(evening(f"Evening {n}" if n else "The vote on pay"))
    async with desk.house.running():
        newest = await member.say("/notices")
        assert "Evening 7" in newest
        assert "Evening 1" not in newest
        older = await member.press(ShowNotices)
        assert "The vote on pay" in older
        assert await member.press(ShowNotices) == newest
        text = await member.say("/notices vote")
        assert "Notices with these words: vote" in text
        assert not member.has(ShowNotices)
        await member.press(ShowNotice)
        assert "The vote on pay" in text
        await member.say("/notices evening robot")
        assert "Evening 1" in await member.press(ShowNotices)
        await member.press(Go(place=Place.NOTICES))
        text = await member.say("/notices " + "robot " * 60)
        assert "A shorter search shows the rest." in text
        assert not member.has(ShowNotices)
        assert "No notice has these words" in await member.say("/notices boat: <b>{x}")


async def test_a_page_from_a_notice_of_another_mid_is_the_newest(desk: Desk):
    await desk.members(TRANSLATOR, name="Bo")
    member = await desk.members(NURSE)
    other = await desk.tell(evening("For translators"), "translators")
    await desk.tell(evening())
    async with desk.house.running():
        for newer in (True, False):
            text = await member.forge(ShowNotices(than=other, newer=newer).pack())
            assert "Open evening" in text
            assert "For translators" not in text


async def test_a_mid_is_muted_and_heard_again_in_one_tap_from_any_old_button(desk: Desk):
    member = await desk.members(NURSE)
    await desk.tell(evening())
    async with desk.house.running():
        await member.say("/notices")
        await member.press(ShowNotice)
        old = member.person.screen
        mute = Mute.unpack(member.find(Mute).data or "")
        await member.say("/price")
        await member.forge(mute.pack(), on=old)
        assert "You get no more notices from Nurses' Data Co-op." in member.text
        assert "Come at 18:00" in old.text or "evening" in old.text
        assert "Muted: Nurses' Data Co-op." in await member.say("/settings")
    muted = await desk.tell(evening("Not to be heard"))
    async with desk.house.deps() as deps:
        report = await reporting.read_report(deps, "nurses", muted)
    assert report.notice.count_of(NoticeOutcome.MUTED) == 1
    async with desk.house.running():
        await member.press(Mute(membership=mute.membership, on=False))
        text = member.text
        assert "You get notices from Nurses' Data Co-op again." in text
        await member.say("/mid")
        await member.press(ShowMid)
        assert member.has(Mute(membership=mute.membership, on=True))


@pytest.mark.parametrize("detour", [False, True], ids=["at once", "after the details"])
async def test_a_yes_to_a_card_tells_which_notice_led_there(desk: Desk, detour: bool):
    member = await desk.members(NURSE)
    offer = NoticeContent(
        kind=NoticeKind.LICENCE_OFFER,
        audience=Audience(licences=("lifting-robot",)),
        text={"en": NoticeText(title="A new licence", body="Please read its card.")},
    )
    notice = await desk.tell(offer)
    async with desk.house.running():
        await member.say("/notices")
        assert "it concerns “" in await member.press(ShowNotice)
        await member.press(ShowNoticeCard)
        if detour:
            await member.press(ShowDetails)
            await member.press(ShowCard)
        nonce = SayYes.unpack(member.find(SayYes).data or "").nonce
        assert "Saved: yes." in await member.press(SayYes)
        async with desk.house.deps() as deps:
            known = await desk.known(deps, member)
            async with deps.db.read() as conn:
                shown = await journal.read_shown(conn, known.id, nonce)
    assert shown is not None
    assert shown.proof.led_by == notice


async def test_how_many_a_week_and_when_are_set_and_given_back(desk: Desk):
    member = await desk.members(NURSE)
    async with desk.house.running():
        assert "At most 3 a week from each MID." in await member.say("/settings")
        await member.press(Go(place=Place.WEEKLY))
        assert "At most 1 a week from each MID." in await member.press(SetWeekly(to="1"))
        await member.press(Go(place=Place.QUIET))
        text = await member.press(SetQuiet(to="22-07"))
        assert "Quiet hours: 22:00 to 07:00, your time." in text
        assert text.startswith("Saved.")
        async with desk.house.deps() as deps:
            known = await desk.known(deps, member)
            assert (known.weekly, known.quiet) == (1, "22:00-07:00")
        await member.press(Go(place=Place.QUIET))
        assert "No quiet hours." in await member.press(SetQuiet(to="none"))
        for place, target in (
            (Place.WEEKLY, SetWeekly(to="mid")),
            (Place.QUIET, SetQuiet(to="mid")),
        ):
            await member.press(Go(place=place))
            await member.press(target)
        assert "too old" in await member.forge("wk1:99")
        async with desk.house.deps() as deps:
            known = await desk.known(deps, member)
            assert (known.weekly, known.quiet) == (None, None)


async def test_after_a_stop_the_settings_say_that_only_a_breach_still_comes(desk: Desk):
    member = await desk.members(NURSE)
    async with desk.house.running():
        assert "The only news you still get: a breach of your data." in await member.say("/stop")
        says = "Only the news of a breach of your data still comes."
        assert says in await member.say("/settings")
        await member.say("/mid")
        await member.press(ShowMid)
        assert says in await member.press(Mute)
        assert says in await member.press(Mute)
