"""In groups and topics: one answer, in the right place, and not for another bot."""

import asyncio
from typing import Any

from structlog.testing import capture_logs

from tests.support.house import House, Member, nothing_open


async def send(house: House, member: Member, **fields: Any) -> None:
    """A message of a member as Telegram would deliver it, with some fields added or replaced."""
    sender = {"id": member.person.id, "is_bot": False, "first_name": "Ana", "language_code": "en"}
    chat = {"id": member.person.id, "type": "private", "first_name": "Ana"}
    message = {"message_id": 900, "date": 1, "chat": chat, "from": sender, **fields}
    house.playground._updates.add(
        "message", message, chat_id=message["chat"]["id"], user_id=member.person.id
    )
    await handled(house)


async def handled(house: House) -> None:
    """Wait until the bot has fetched and handled everything."""
    async with asyncio.timeout(5):
        while house.playground.pending:  # noqa: ASYNC110  # the bot fetches it
            await asyncio.sleep(0.02)
    async with house.deps() as deps:
        await nothing_open(deps.db)


def sent(house: House) -> list[Any]:
    return [call for call in house.playground.calls if call.method == "sendMessage"]


async def test_sixty_commands_in_groups_get_one_answer_a_group_and_few_in_all(house: House):
    member = house.member()
    groups = [house.playground.group(f"Team {n}", [member.person]) for n in range(20)]
    with capture_logs() as logs:
        for n in range(24):
            await member.person.send("/licences", chat=groups[n % 20])
        await handled(house)
    said = [bubble for group in groups for bubble in group.messages if bubble.by_bot]
    assert 5 <= len(said) <= 8
    assert all(sum(bubble.by_bot for bubble in group.messages) <= 1 for group in groups)
    assert not [log for log in logs if log["log_level"] in {"error", "warning"}]


async def test_a_command_for_another_bot_in_a_group_is_not_answered(house: House):
    member = house.member()
    group = house.playground.group("Team", [member.person])
    await member.person.send("/licences@another_bot", chat=group)
    await handled(house)
    assert not [bubble for bubble in group.messages if bubble.by_bot]
    await member.person.send(f"/licences@{house.playground.username}", chat=group)
    await handled(house)
    assert len([bubble for bubble in group.messages if bubble.by_bot]) == 1


async def test_an_answer_that_failed_in_a_group_is_sent_again(house: House):
    member = house.member()
    group = house.playground.group("Team", [member.person])
    fault = house.playground.faults.next("sendMessage", error=(502, "Bad Gateway"))
    await member.person.say("/licences", chat=group)
    assert fault.met
    assert len([bubble for bubble in group.messages if bubble.by_bot]) == 1


async def test_an_album_gets_one_answer_and_notes_of_telegram_get_none(house: House):
    member = house.member()
    await member.say("/help")
    before = len(sent(house))
    photo = [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]
    await send(house, member, pinned_message={"message_id": 1, "date": 0})
    for _ in range(3):
        await send(house, member, photo=photo, media_group_id="7")
    assert len(sent(house)) - before == 1


async def test_an_answer_stays_in_the_topic_it_was_asked_in(house: House):
    member = house.member()
    await member.say("/help")
    await send(house, member, text="/about", message_thread_id=77, is_topic_message=True)
    threads = [call.params.get("message_thread_id") for call in sent(house)]
    assert threads == [None, 77]


async def test_a_429_in_one_chat_does_not_hold_another_member(house: House):
    ana, emma = house.member("Ana"), house.member("Emma")
    await ana.say("/help")
    fault = house.playground.faults.next(
        "sendMessage", error=(429, "Too Many Requests"), retry_after=3
    )
    await ana.person.send("/about")
    async with asyncio.timeout(2):
        while not fault.met:  # noqa: ASYNC110  # the bot calls
            await asyncio.sleep(0.01)
        await emma.say("/help")
    assert "Help" in emma.text
    assert "Help" in ana.text
    await ana.person.settled()
