"""Simulated people: their actions become updates for the bot, its messages are in their chats."""

from dataclasses import replace
from typing import Any

from playground.errors import Json
from playground.text.text import add_detected_entities
from playground.world.groups import PlayGroup, Update, change_bot_membership, last_bot_message
from playground.world.messages import ChatButton, ChatMessage
from playground.world.world import PlayChat, PlayUser, World


class PlayPerson:
    """Somebody with a Telegram account and a private chat with the bot.

    Each action returns the update that the bot will get, or None when the bot does not allow
    that kind of update.
    """

    def __init__(self, world: World, user: PlayUser) -> None:
        self._world = world
        self.user = user
        self.chat = world.chats[user.id]

    @property
    def id(self) -> int:
        """The user id, which is the private chat's id too."""
        return self.user.id

    @property
    def messages(self) -> list[ChatMessage]:
        """The private chat, both sides, oldest first, without what was deleted."""
        return [message for message in self.chat.messages.values() if not message.deleted]

    @property
    def heard(self) -> list[ChatMessage]:
        """The bot's messages in the private chat, oldest first, without what was deleted."""
        return [message for message in self.messages if message.by_bot]

    @property
    def screen(self) -> ChatMessage:
        """The bot's last message in the private chat.

        Raises:
            AssertionError: when it has sent nothing yet.
        """
        return last_bot_message(self.chat)

    @property
    def reply_prompt(self) -> ChatMessage | None:
        """The bot's message with a forced reply, while it is the last one in the private chat."""
        last = self.messages[-1] if self.messages else None
        forced = last is not None and (last.reply_keyboard or {}).get("force_reply")
        return last if forced else None

    @property
    def alerts(self) -> list[str]:
        """Texts shown to this person as answers to taps, oldest first."""
        return [alert.text for alert in self.user.alerts]

    @property
    def open(self) -> bool:
        """Whether anything this person did still waits for the bot."""
        return self._world.idle_watch.is_open(self.id)

    async def send(
        self, text: str, *, chat: PlayGroup | None = None, reply_to: ChatMessage | None = None
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
        """Send a photo, with or without a caption."""
        payload: Json = {"photo": [{**_file("photo"), "width": 90, "height": 90}]}
        if caption:
            payload["caption"] = caption
        return self._write(self.chat, payload=payload)

    async def send_voice(self, seconds: int = 3) -> Update | None:
        """Send a voice message."""
        return self._write(self.chat, payload={"voice": {**_file("voice"), "duration": seconds}})

    async def edit(self, text: str, *, message: ChatMessage | None = None) -> Update | None:
        """Edit an own message: `message`, or the last one."""
        mine = [message for message in self.messages if not message.by_bot]
        message = message or mine[-1]
        message.text, message.entities = text, _detected_entities(text)
        message.edits += 1
        message.edit_date = int(self._world.clock())
        self._world.changed(self.chat)
        return self._world.updates.add(
            "edited_message", message.json(), chat_id=self.id, user_id=self.id
        )

    async def tap(
        self,
        label: str | None = None,
        *,
        data: str | None = None,
        message: ChatMessage | None = None,
        chat: PlayGroup | None = None,
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
        message = message or self._message_with(where, label)
        if data is None:
            data = self._callback_data(message, label)
        query = self._world.new_query(self.id, message.message_id)
        shown: Json = message.json()
        if message.deleted:
            shown = {"chat": where.json(), "message_id": message.message_id, "date": 0}
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

    def _message_with(self, where: PlayChat, label: str | None) -> ChatMessage:
        sent = [m for m in where.messages.values() if m.by_bot and not m.deleted]
        for message in reversed(sent):
            if label is None or message.find(label) is not None:
                return message
        raise AssertionError(f"no button {label!r}; the last screen is\n{self.picture()}")

    def _callback_data(self, message: ChatMessage, label: str | None) -> str:
        button: ChatButton | None = message.find(label) if label is not None else None
        if button is None:
            raise AssertionError(f"no button {label!r} on\n{message.picture()}")
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
        return change_bot_membership(self._world, self.chat, self.user, "member", "kicked")

    async def unblock(self) -> Update | None:
        """Let the bot write again."""
        self.chat.blocked = False
        return change_bot_membership(self._world, self.chat, self.user, "kicked", "member")

    async def deactivate(self) -> None:
        """Delete the account, of which the bot learns only when it writes."""
        self.user.deactivated = True

    async def settled(self, timeout: float = 5) -> None:  # noqa: ASYNC109 - it tells the screen
        """Wait until the bot has handled everything this person did.

        A message is done when the bot has sent or changed a message after reading it, a tap
        when it was answered, anything else when it was read; and then the chat must be quiet
        for a moment.

        Raises:
            AssertionError: after `timeout` seconds, with the last screen.
        """
        await self._world.idle_watch.settled(self.id, seconds=timeout, explain=self.picture)

    async def say(
        self,
        text: str,
        *,
        timeout: float = 5,  # noqa: ASYNC109 - as in `settled`
        chat: PlayGroup | None = None,
        reply_to: ChatMessage | None = None,
    ) -> ChatMessage:
        """`send`, `settled`, and the screen that follows."""
        await self.send(text, chat=chat, reply_to=reply_to)
        await self.settled(timeout)
        return last_bot_message(self._where(chat))

    async def tap_and_wait(
        self,
        label: str | None = None,
        *,
        data: str | None = None,
        message: ChatMessage | None = None,
        chat: PlayGroup | None = None,
        timeout: float = 5,  # noqa: ASYNC109 - as in `settled`
    ) -> ChatMessage:
        """`tap`, `settled`, and the screen that follows."""
        await self.tap(label, data=data, message=message, chat=chat)
        await self.settled(timeout)
        return last_bot_message(self._where(chat))

    def picture(self) -> str:
        """The end of the private chat drawn as text, for the output of a failed test."""
        shown = self.messages[-3:]
        return (
            "\n".join(_author_of(message) + "\n" + message.picture() for message in shown)
            or "(empty)"
        )

    def _where(self, group: PlayGroup | None) -> PlayChat:
        return self.chat if group is None else group.chat

    def _write(
        self, chat: PlayChat, *, text: str = "", payload: Json | None = None
    ) -> Update | None:
        if chat.blocked:
            raise AssertionError(f"{self.user.name} has blocked the bot; unblock it first")
        chat.met = chat.started = True
        self.chat.met = True
        message = self._world.add_message(
            chat,
            self.user.json(),
            by_bot=False,
            text=text,
            entities=_detected_entities(text),
            payload=payload or {},
        )
        self.user.invites = [
            invite for invite in self.user.invites if text != f"/start {invite.token}"
        ]
        return self._world.updates.add("message", message.json(), chat_id=chat.id, user_id=self.id)


def _detected_entities(text: str) -> list[Json]:
    return add_detected_entities(text, [])


def _file(kind: str) -> dict[str, Any]:
    return {"file_id": f"{kind}-file", "file_unique_id": f"{kind}-unique"}


def _author_of(message: ChatMessage) -> str:
    return "bot:" if message.by_bot else f"{message.sender.get('first_name')}:"
