"""Group chats, and what the bot is told when it comes or goes."""

from collections.abc import Iterator, Sequence

from playground.errors import Json
from playground.world.messages import Bubble
from playground.world.world import Chat, User, World

Update = Json
"""An update as it travels to the bot; keep it to deliver it once more."""


class Group:
    """A group chat with the bot in it."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self.chat = chat

    @property
    def id(self) -> int:
        """The chat id, below zero."""
        return self.chat.id

    @property
    def messages(self) -> list[Bubble]:
        """All messages that are still there, oldest first."""
        return [bubble for bubble in self.chat.bubbles.values() if not bubble.deleted]

    @property
    def screen(self) -> Bubble:
        """The bot's last message."""
        return last_word(self.chat)

    async def remove_bot(self, by: User) -> Update | None:
        """A member puts the bot out: its calls are refused from now on."""
        self.chat.removed = True
        return membership(self._world, self.chat, by, "member", "kicked")

    async def upgrade(self, by: User) -> "Group":
        """The group becomes a supergroup with a new id; the old one only tells the new one."""
        world, old = self._world, self.chat
        new = world.new_group(old.title, list(old.members), "supergroup")
        sender = by.json()
        told = world.put(old, sender, by_bot=False, payload={"migrate_to_chat_id": new.id})
        old.moved_to = new.id
        world.updates.add("message", told.json(), chat_id=old.id, user_id=by.id)
        return Group(world, new)


def new_group(world: World, title: str, members: Sequence[User]) -> Group:
    """Open a group with the bot in it, which the bot learns by an update."""
    chat = world.new_group(title, [user.id for user in members])
    for user in members:
        world.chats[user.id].met = True
    if members:
        membership(world, chat, members[0], "left", "member")
    return Group(world, chat)


def membership(world: World, chat: Chat, by: User, old: str, new: str) -> Update | None:
    """Tell the bot that its own standing in a chat has changed (`my_chat_member`)."""

    def member(status: str) -> Json:
        about: Json = {"status": status, "user": world.bot}
        return about | ({"until_date": 0} if status == "kicked" else {})

    world.changed(chat)
    payload: Json = {
        "chat": chat.json(),
        "from": by.json(),
        "date": int(world.clock()),
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }
    return world.updates.add("my_chat_member", payload, chat_id=chat.id, user_id=by.id)


def last_word(chat: Chat) -> Bubble:
    """The bot's last message in a chat.

    Raises:
        AssertionError: when it has said nothing there.
    """
    said: Iterator[Bubble] = (
        b for b in reversed(chat.bubbles.values()) if b.by_bot and not b.deleted
    )
    bubble = next(said, None)
    if bubble is None:
        raise AssertionError(f"the bot has said nothing to {chat.title}")
    return bubble
