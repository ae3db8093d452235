"""The state of the playground: people, chats, messages."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from playground import limits
from playground.change_signal import ChangeSignal
from playground.errors import ApiError, Json, bad_request, forbidden
from playground.world.idle_watch import IdleWatch
from playground.world.messages import ChatMessage, TapAlert
from playground.world.update_queue import UpdateQueue

ChatKind = Literal["private", "group", "supergroup"]


@dataclass(frozen=True, slots=True)
class PlayInvite:
    """An invite link that a person has: `label` says from whom, `token` follows `/start `."""

    label: str
    token: str


@dataclass(slots=True)
class PlayUser:
    """A person as Telegram knows them.

    Attributes:
        language: IETF tag that Telegram sends along, or None when it sends none.
        note: a short description of the person, shown on the page.
        invites: invites not used yet.
        deactivated: whether the account is gone for good.
        alerts: texts of answered taps, oldest first.
    """

    id: int
    name: str
    language: str | None = None
    username: str | None = None
    note: str = ""
    invites: list[PlayInvite] = field(default_factory=list)
    deactivated: bool = False
    alerts: list[TapAlert] = field(default_factory=list)

    def json(self) -> Json:
        """The user as a Bot API object."""
        fields: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            fields["username"] = self.username
        if self.language:
            fields["language_code"] = self.language
        return fields


@dataclass(frozen=True, slots=True)
class PlayDraft:
    """A draft that the bot shows; it disappears after 30 seconds."""

    draft_id: int
    text: str
    entities: list[Json]
    can_stop: bool
    keep: bool
    until: float


@dataclass(slots=True)
class PlayChat:
    """A private chat (its id is the person's) or a group (a negative id).

    Attributes:
        met: whether the bot has ever seen an update from it.
        started: whether it may write there.
        blocked: whether the person has blocked it.
        removed: whether the bot was removed from the group.
        moved_to: the supergroup that this group has become.
        action: the chat action, such as typing, and until when (seconds since 1970).
        version: grows with every change, so that a page can see what is new.
    """

    id: int
    kind: ChatKind
    title: str
    members: list[int] = field(default_factory=list)
    messages: dict[int, ChatMessage] = field(default_factory=dict)
    met: bool = False
    started: bool = False
    blocked: bool = False
    removed: bool = False
    moved_to: int | None = None
    action: tuple[str, float] | None = None
    draft: PlayDraft | None = None
    version: int = 0

    def json(self) -> Json:
        """The chat as a Bot API object."""
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.title}


@dataclass(slots=True)
class TapQuery:
    """One tap that waits for `answerCallbackQuery`; `made`: seconds since 1970."""

    id: str
    user_id: int
    message_id: int
    created_at: float
    answered: bool = False


class World:
    """Everything the playground stores, in memory."""

    def __init__(
        self,
        bot: Json,
        clock: Callable[[], float],
        rng: random.Random,
        changes: ChangeSignal,
        updates: UpdateQueue,
        idle_watch: IdleWatch,
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.changes = changes
        self.updates = updates
        self.idle_watch = idle_watch
        self.users: dict[int, PlayUser] = {}
        self.chats: dict[int, PlayChat] = {}
        self.queries: dict[str, TapQuery] = {}
        self._rng = rng
        self._message_id = rng.randrange(100, 1000)

    def new_user(self, user: PlayUser) -> PlayUser:
        """Add a person, with a private chat the bot has not met."""
        self.users[user.id] = user
        self.chats[user.id] = PlayChat(user.id, "private", user.name, [user.id])
        self.changes.notify()
        return user

    def new_user_id(self) -> int:
        """A free id as large as real ones: more than 32 bits, at most 52."""
        return self._unused(1 << 33, 1 << 52)

    def new_group(self, title: str, members: list[int], kind: ChatKind = "group") -> PlayChat:
        """Add a group chat."""
        chat_id = -self._unused(1 << 33, 1 << 40)
        chat = PlayChat(chat_id, kind, title, members, met=True, started=True)
        self.chats[chat.id] = chat
        return chat

    def _unused(self, low: int, high: int) -> int:
        while True:
            number = self._rng.randrange(low, high)
            if number not in self.chats and -number not in self.chats:
                return number

    def new_query(self, user_id: int, message_id: int) -> TapQuery:
        """Add a tap that waits for its answer."""
        query = TapQuery(
            str(self._rng.randrange(1 << 60, 1 << 62)), user_id, message_id, self.clock()
        )
        self.queries[query.id] = query
        return query

    def add_message(
        self, chat: PlayChat, sender: Json, *, by_bot: bool, **fields: object
    ) -> ChatMessage:
        """Add a message to a chat. `fields`: further fields of `ChatMessage`."""
        self._message_id += 1
        message = ChatMessage(
            message_id=self._message_id,
            chat_id=chat.id,
            sender=sender,
            chat=chat.json(),
            by_bot=by_bot,
            date=int(self.clock()),
            **fields,  # type: ignore[arg-type]
        )
        chat.messages[message.message_id] = message
        if by_bot:
            chat.action = None
            chat.draft = None
        self.changed(chat)
        return message

    def changed(self, chat: PlayChat) -> None:
        """Record a change of a chat, and wake all who wait for one."""
        chat.version += 1
        self.changes.notify()

    def chat(self, chat_id: int | str) -> PlayChat:
        """The chat of a call.

        Raises:
            ApiError: 400 when the bot has never met it, or it has become a supergroup.
        """
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.met:
            raise bad_request("chat not found")
        if chat.moved_to is not None:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, {"migrate_to_chat_id": chat.moved_to})
        return chat

    def open_chat(self, chat_id: int | str) -> PlayChat:
        """The chat of a call that writes.

        Raises:
            ApiError: 400 or 403, where the bot may not write.
        """
        chat = self.chat(chat_id)
        if chat.removed:
            state = "is not a member of the supergroup chat"
            if chat.kind == "group":
                state = "was kicked from the group chat"
            raise forbidden(f"bot {state}")
        if chat.kind == "private":
            if self.users[chat.id].deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
        return chat

    def live_draft(self, chat: PlayChat) -> PlayDraft | None:
        """The draft that the chat shows now, if any."""
        return chat.draft if chat.draft and chat.draft.until > self.clock() else None

    def live_action(self, chat: PlayChat) -> tuple[str, float] | None:
        """The chat action shown now, and for how many more seconds."""
        if chat.action is None or chat.action[1] <= self.clock():
            return None
        return chat.action[0], min(chat.action[1] - self.clock(), limits.ACTION_LIFE_SECONDS)
