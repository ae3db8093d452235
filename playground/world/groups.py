"""Group chats, and the updates about the bot's own membership."""

from collections.abc import Iterator, Sequence

from playground.errors import Json
from playground.world.messages import ChatMessage
from playground.world.world import PlayChat, PlayUser, World

Update = Json
"""An update as it is sent to the bot; keep it to deliver it again."""


class PlayGroup:
    """A group chat with the bot in it."""

    def __init__(self, world: World, chat: PlayChat) -> None:
        self._world = world
        self.chat = chat

    @property
    def id(self) -> int:
        """The chat id, below zero."""
        return self.chat.id

    @property
    def messages(self) -> list[ChatMessage]:
        """All messages that were not deleted, oldest first."""
        return [message for message in self.chat.messages.values() if not message.deleted]

    @property
    def screen(self) -> ChatMessage:
        """The bot's last message."""
        return last_bot_message(self.chat)

    async def remove_bot(self, by: PlayUser) -> Update | None:
        """A member removes the bot: its calls are refused from now on."""
        self.chat.removed = True
        return change_bot_membership(self._world, self.chat, by, "member", "kicked")

    async def upgrade(self, by: PlayUser) -> "PlayGroup":
        """Turn the group into a supergroup; calls to the old id are refused with the new id."""
        world, old = self._world, self.chat
        new = world.new_group(old.title, list(old.members), "supergroup")
        sender = by.json()
        message = world.add_message(
            old, sender, by_bot=False, payload={"migrate_to_chat_id": new.id}
        )
        old.moved_to = new.id
        world.updates.add("message", message.json(), chat_id=old.id, user_id=by.id)
        return PlayGroup(world, new)


def new_group(world: World, title: str, members: Sequence[PlayUser]) -> PlayGroup:
    """Add a group with the bot in it, and send the bot the update about that."""
    chat = world.new_group(title, [user.id for user in members])
    for user in members:
        world.chats[user.id].met = True
    if members:
        change_bot_membership(world, chat, members[0], "left", "member")
    return PlayGroup(world, chat)


def change_bot_membership(
    world: World, chat: PlayChat, by: PlayUser, old: str, new: str
) -> Update | None:
    """Send the bot the update that its own membership has changed (`my_chat_member`)."""

    def member(status: str) -> Json:
        fields: Json = {"status": status, "user": world.bot}
        return fields | ({"until_date": 0} if status == "kicked" else {})

    world.changed(chat)
    payload: Json = {
        "chat": chat.json(),
        "from": by.json(),
        "date": int(world.clock()),
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }
    return world.updates.add("my_chat_member", payload, chat_id=chat.id, user_id=by.id)


def last_bot_message(chat: PlayChat) -> ChatMessage:
    """The bot's last message in a chat.

    Raises:
        AssertionError: when it has sent nothing there.
    """
    sent: Iterator[ChatMessage] = (
        message
        for message in reversed(chat.messages.values())
        if message.by_bot and not message.deleted
    )
    message = next(sent, None)
    if message is None:
        raise AssertionError(f"the bot has said nothing to {chat.title}")
    return message
