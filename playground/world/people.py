"""People: what they do reaches the bot as updates, what it says they can read."""

from dataclasses import replace
from typing import Any

from playground.errors import Json
from playground.text.text import with_found
from playground.world.groups import Group, Update, last_word, membership
from playground.world.messages import Bubble, Button
from playground.world.world import Chat, User, World


class Person:
    """Somebody with a Telegram account and a private chat with the bot.

    What a person does returns the update the bot will get, or None when the bot did not allow
    that kind of update.
    """

    def __init__(self, world: World, user: User) -> None:
        self._world = world
        self.user = user
        self.chat = world.chats[user.id]

    @property
    def id(self) -> int:
        """The user id, which is the private chat's id too."""
        return self.user.id

    @property
    def messages(self) -> list[Bubble]:
        """The private chat, both sides, oldest first, without what was deleted."""
        return [bubble for bubble in self.chat.bubbles.values() if not bubble.deleted]

    @property
    def heard(self) -> list[Bubble]:
        """The bot's messages in the private chat, oldest first, without what was deleted."""
        return [bubble for bubble in self.messages if bubble.by_bot]

    @property
    def screen(self) -> Bubble:
        """The bot's last message in the private chat.

        Raises:
            AssertionError: when it has said nothing yet.
        """
        return last_word(self.chat)

    @property
    def asked(self) -> Bubble | None:
        """The bot's message that wants a reply, while it is the last one in the private chat."""
        last = self.messages[-1] if self.messages else None
        wants = last is not None and (last.reply_keyboard or {}).get("force_reply")
        return last if wants else None

    @property
    def alerts(self) -> list[str]:
        """Texts shown to this person as answers to taps, oldest first."""
        return [alert.text for alert in self.user.alerts]

    @property
    def open(self) -> bool:
        """Whether anything this person did still waits for the bot."""
        return self._world.watch.is_open(self.id)

    async def send(
        self, text: str, *, chat: Group | None = None, reply_to: Bubble | None = None
    ) -> Update | None:
        """Write a message, in the private chat or a group, perhaps as a reply to another."""
        payload: Json = {"reply_to_message": reply_to.json()} if reply_to else {}
        return self._write(self._where(chat), text=text, payload=payload)

    async def forward(self, text: str) -> Update | None:
        """Forward a message that somebody else has written."""
        origin = {
            "type": "hidden_user",
            "date": int(self._world.clock()),
            "sender_user_name": "Somebody",
        }
        return self._write(self.chat, text=text, payload={"forward_origin": origin})

    async def send_sticker(self, emoji: str = "👍") -> Update | None:
        """Send a sticker: a message without any text."""
        sticker = {**_file("sticker"), "type": "regular", "width": 512, "height": 512}
        sticker |= {"is_animated": False, "is_video": False, "emoji": emoji}
        return self._write(self.chat, payload={"sticker": sticker})

    async def send_photo(self, caption: str | None = None) -> Update | None:
        """Send a photo, with words under it or without."""
        payload: Json = {"photo": [{**_file("photo"), "width": 90, "height": 90}]}
        if caption:
            payload["caption"] = caption
        return self._write(self.chat, payload=payload)

    async def send_voice(self, seconds: int = 3) -> Update | None:
        """Send a voice message."""
        return self._write(self.chat, payload={"voice": {**_file("voice"), "duration": seconds}})

    async def edit(self, text: str, *, message: Bubble | None = None) -> Update | None:
        """Change an own message, the last one unless another is given."""
        mine = [bubble for bubble in self.messages if not bubble.by_bot]
        bubble = message or mine[-1]
        bubble.text, bubble.entities = text, _entities(text)
        bubble.edits += 1
        bubble.edit_date = int(self._world.clock())
        self._world.changed(self.chat)
        return self._world.updates.add(
            "edited_message", bubble.json(), chat_id=self.id, user_id=self.id
        )

    async def tap(
        self,
        label: str | None = None,
        *,
        data: str | None = None,
        message: Bubble | None = None,
        chat: Group | None = None,
    ) -> Update | None:
        """Tap a button.

        Args:
            label: its exact label, looked for in `message` or else in the latest message of
                the bot that has it.
            data: send this callback data whatever the buttons say, as a forged client would.
            message: the message the tap is on; it may be an old one, or deleted.
            chat: a group, when the message is there.

        Raises:
            AssertionError: when there is no such button, or it is a link that leaves the chat.
        """
        where = self._where(chat)
        bubble = message or self._bearing(where, label)
        if data is None:
            data = self._data(bubble, label)
        query = self._world.new_query(self.id, bubble.message_id)
        shown: Json = bubble.json()
        if bubble.deleted:
            shown = {"chat": where.json(), "message_id": bubble.message_id, "date": 0}
        payload: Json = {
            "id": query.id,
            "from": self.user.json(),
            "message": shown,
            "chat_instance": str(where.id),
            "data": data,
        }
        return self._world.updates.add(
            "callback_query", payload, chat_id=where.id, user_id=self.id, query_id=query.id
        )

    def _bearing(self, where: Chat, label: str | None) -> Bubble:
        said = [b for b in where.bubbles.values() if b.by_bot and not b.deleted]
        for bubble in reversed(said):
            if label is None or bubble.find(label) is not None:
                return bubble
        raise AssertionError(f"no button {label!r}; the last screen is\n{self.picture()}")

    def _data(self, bubble: Bubble, label: str | None) -> str:
        button: Button | None = bubble.find(label) if label is not None else None
        if button is None:
            raise AssertionError(f"no button {label!r} on\n{bubble.picture()}")
        if button.data is None:
            raise AssertionError(f"the button {label!r} is no callback button: {button}")
        return button.data

    async def press_stop(self) -> Update | None:
        """Stop the message that the bot is writing (a draft with `can_stop`).

        Raises:
            AssertionError: when nothing that can be stopped is being written.
        """
        draft = self._world.live_draft(self.chat)
        if draft is None or not draft.can_stop:
            raise AssertionError(f"nothing to stop; the last screen is\n{self.picture()}")
        self.chat.draft = replace(draft, can_stop=False) if draft.keep else None
        self._world.changed(self.chat)
        payload: Json = {"chat": self.chat.json(), "draft_id": draft.draft_id}
        return self._world.updates.add(
            "stopped_message_generation", payload, chat_id=self.id, user_id=self.id
        )

    async def block(self) -> Update | None:
        """Block the bot: what it sends is refused with 403."""
        self.chat.blocked = True
        self.chat.met = True
        return membership(self._world, self.chat, self.user, "member", "kicked")

    async def unblock(self) -> Update | None:
        """Let the bot write again."""
        self.chat.blocked = False
        return membership(self._world, self.chat, self.user, "kicked", "member")

    async def deactivate(self) -> None:
        """Delete the account: the bot is told only when it writes."""
        self.user.deactivated = True

    async def settled(self, timeout: float = 5) -> None:  # noqa: ASYNC109 - it tells the screen
        """Wait until the bot is done with everything this person did.

        A message is done when the bot has sent or changed a message after reading it, a tap
        when it was answered, anything else when it was read; and then the chat must be quiet
        for a moment.

        Raises:
            AssertionError: after `timeout` seconds, with the last screen.
        """
        await self._world.watch.settled(self.id, seconds=timeout, explain=self.picture)

    async def say(
        self,
        text: str,
        *,
        timeout: float = 5,  # noqa: ASYNC109 - as in `settled`
        chat: Group | None = None,
        reply_to: Bubble | None = None,
    ) -> Bubble:
        """`send`, `settled`, and the screen that follows."""
        await self.send(text, chat=chat, reply_to=reply_to)
        await self.settled(timeout)
        return last_word(self._where(chat))

    async def tap_and_wait(
        self,
        label: str | None = None,
        *,
        data: str | None = None,
        message: Bubble | None = None,
        chat: Group | None = None,
        timeout: float = 5,  # noqa: ASYNC109 - as in `settled`
    ) -> Bubble:
        """`tap`, `settled`, and the screen that follows."""
        await self.tap(label, data=data, message=message, chat=chat)
        await self.settled(timeout)
        return last_word(self._where(chat))

    def picture(self) -> str:
        """The end of the private chat in plain characters, for the words of a failed test."""
        shown = self.messages[-3:]
        return "\n".join(_side(bubble) + "\n" + bubble.picture() for bubble in shown) or "(empty)"

    def _where(self, group: Group | None) -> Chat:
        return self.chat if group is None else group.chat

    def _write(self, chat: Chat, *, text: str = "", payload: Json | None = None) -> Update | None:
        if chat.blocked:
            raise AssertionError(f"{self.user.name} has blocked the bot; unblock it first")
        chat.met = chat.started = True
        self.chat.met = True
        bubble = self._world.put(
            chat,
            self.user.json(),
            by_bot=False,
            text=text,
            entities=_entities(text),
            payload=payload or {},
        )
        self.user.invites = [
            invite for invite in self.user.invites if text != f"/start {invite.token}"
        ]
        return self._world.updates.add("message", bubble.json(), chat_id=chat.id, user_id=self.id)


def _entities(text: str) -> list[Json]:
    return with_found(text, [])


def _file(kind: str) -> dict[str, Any]:
    return {"file_id": f"{kind}-file", "file_unique_id": f"{kind}-unique"}


def _side(bubble: Bubble) -> str:
    return "bot:" if bubble.by_bot else f"{bubble.sender.get('first_name')}:"
