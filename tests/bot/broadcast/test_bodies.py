"""What a notice says to each of many people."""

from datetime import timedelta

from bot.broadcast.bodies import MessageBodies
from service.notices.delivery import cases as delivery
from service.notices.delivery_values import Recipient
from service.notices.values import AnswerOption, NoticeKind
from tests.support.crowd import content


def recipient(membership_id: str, **changed) -> Recipient:
    person = {"number": 1, "member_id": "mem_1", "locale": "en", "zone": "Europe/Madrid"}
    return Recipient(**{**person, **changed, "membership_id": membership_id})


async def bodies_of(sender, **changed):
    await sender.join(1)
    notice = await sender.notice(await sender.announce(content(**changed)))
    return notice, MessageBodies(await delivery.read_notice_licences(sender.deps, notice))


async def test_body_carries_the_membership_of_its_own_reader(sender):
    notice, bodies = await bodies_of(sender)
    now = sender.clock.now()
    first = bodies.to(notice, recipient("mbr_first"), now, paid=False)
    second = bodies.to(notice, recipient("mbr_second"), now, paid=False)
    assert "mbr_first" in first
    assert "mbr_second" in second
    assert first.replace("mbr_first", "mbr_second") == second


async def test_body_says_that_it_may_have_come_before_only_to_who_is_in_doubt(sender):
    notice, bodies = await bodies_of(sender)
    now = sender.clock.now()
    again = "You may have had this message before."
    assert again in bodies.to(notice, recipient("mbr_1", in_doubt=True), now, paid=False)
    assert again not in bodies.to(notice, recipient("mbr_1"), now, paid=False)


async def test_body_is_in_the_language_and_time_of_its_reader(sender):
    closes = sender.clock.now() + timedelta(days=1)
    choices = (
        AnswerOption(id="yes", label={"en": "Yes"}),
        AnswerOption(id="no", label={"en": "No"}),
    )
    notice, bodies = await bodies_of(sender, kind=NoticeKind.VOTE, answers=choices, closes=closes)
    now = sender.clock.now()
    madrid = bodies.to(notice, recipient("mbr_1"), now, paid=False)
    assert bodies.to(notice, recipient("mbr_1", zone="Asia/Tokyo"), now, paid=False) != madrid
    assert bodies.to(notice, recipient("mbr_1", locale="es"), now, paid=False) != madrid
    later = bodies.to(notice, recipient("mbr_1"), closes, paid=False)
    assert later != madrid


async def test_paid_broadcast_is_asked_for_only_where_it_is_set(sender):
    notice, bodies = await bodies_of(sender)
    now = sender.clock.now()
    assert "allow_paid_broadcast" in bodies.to(notice, recipient("mbr_1"), now, paid=True)
    free = MessageBodies(await delivery.read_notice_licences(sender.deps, notice))
    assert "allow_paid_broadcast" not in free.to(notice, recipient("mbr_1"), now, paid=False)
