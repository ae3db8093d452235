"""Who there is, which chats they have, and what was said in them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from playground import limits
from playground.change_signal import Bell
from playground.errors import Json, Refusal, bad, forbidden
from playground.world.idle_watch import Watch
from playground.world.messages import Alert, Bubble
from playground.world.update_queue import Updates

Kind = Literal["private", "group", "supergroup"]


@dataclass(frozen=True, slots=True)
class Invite:
    """A link somebody has been given: `label` says from whom, `token` goes after `/start `."""

    label: str
    token: str


@dataclass(slots=True)
class User:
    """A person as Telegram knows them.

    Attributes:
        language: IETF tag that Telegram sends along, or None when it sends none.
        note: a few words about who this is, shown on the page.
        invites: those not used yet.
        deactivated: whether the account is gone for good.
        alerts: texts of answered taps, oldest first.
    """

    id: int
    name: str
    language: str | None = None
    username: str | None = None
    note: str = ""
    invites: list[Invite] = field(default_factory=list)
    deactivated: bool = False
    alerts: list[Alert] = field(default_factory=list)

    def json(self) -> Json:
        """The user as the Bot API tells it."""
        told: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            told["username"] = self.username
        if self.language:
            told["language_code"] = self.language
        return told


@dataclass(frozen=True, slots=True)
class Draft:
    """A message being written by the bot: gone after 30 seconds."""

    draft_id: int
    text: str
    entities: list[Json]
    can_stop: bool
    keep: bool
    until: float


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a group (a negative id).

    Attributes:
        met: whether the bot has ever seen an update from it.
        started: whether it may write there.
        blocked: whether the person has blocked it.
        removed: whether it was put out of the group.
        moved_to: the supergroup that this group has become.
        action: what the bot is doing now, and until when (seconds since 1970).
        version: grows with every change, so that a page can see what is new.
    """

    id: int
    kind: Kind
    title: str
    members: list[int] = field(default_factory=list)
    bubbles: dict[int, Bubble] = field(default_factory=dict)
    met: bool = False
    started: bool = False
    blocked: bool = False
    removed: bool = False
    moved_to: int | None = None
    action: tuple[str, float] | None = None
    draft: Draft | None = None
    version: int = 0

    def json(self) -> Json:
        """The chat as the Bot API tells it."""
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.title}


@dataclass(slots=True)
class Query:
    """One tap that waits for `answerCallbackQuery`; `made` is in seconds since 1970."""

    id: str
    user_id: int
    message_id: int
    made: float
    answered: bool = False


class World:
    """Everything the playground remembers, in memory."""

    def __init__(
        self,
        bot: Json,
        clock: Callable[[], float],
        chance: random.Random,
        bell: Bell,
        updates: Updates,
        watch: Watch,
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.bell = bell
        self.updates = updates
        self.watch = watch
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self._chance = chance
        self._message_id = chance.randrange(100, 1000)

    def new_user(self, user: User) -> User:
        """Let a person exist, with a private chat the bot has not met."""
        self.users[user.id] = user
        self.chats[user.id] = Chat(user.id, "private", user.name, [user.id])
        self.bell.ring()
        return user

    def new_user_id(self) -> int:
        """An id as large as real ones get: more than 32 bits, at most 52."""
        return self._unused(1 << 33, 1 << 52)

    def new_group(self, title: str, members: list[int], kind: Kind = "group") -> Chat:
        """Let a group exist."""
        chat_id = -self._unused(1 << 33, 1 << 40)
        chat = Chat(chat_id, kind, title, members, met=True, started=True)
        self.chats[chat.id] = chat
        return chat

    def _unused(self, low: int, high: int) -> int:
        while True:
            number = self._chance.randrange(low, high)
            if number not in self.chats and -number not in self.chats:
                return number

    def new_query(self, user_id: int, message_id: int) -> Query:
        """Let a tap wait for its answer."""
        query = Query(
            str(self._chance.randrange(1 << 60, 1 << 62)), user_id, message_id, self.clock()
        )
        self.queries[query.id] = query
        return query

    def put(self, chat: Chat, sender: Json, *, by_bot: bool, **what: object) -> Bubble:
        """Add a message to a chat. `what` are further fields of `Bubble`."""
        self._message_id += 1
        bubble = Bubble(
            message_id=self._message_id,
            chat_id=chat.id,
            sender=sender,
            chat=chat.json(),
            by_bot=by_bot,
            date=int(self.clock()),
            **what,  # type: ignore[arg-type]
        )
        chat.bubbles[bubble.message_id] = bubble
        if by_bot:
            chat.action = None
            chat.draft = None
        self.changed(chat)
        return bubble

    def changed(self, chat: Chat) -> None:
        """Tell the page and everybody who waits."""
        chat.version += 1
        self.bell.ring()

    def chat(self, chat_id: int | str) -> Chat:
        """The chat of a call.

        Raises:
            Refusal: 400 when the bot has never met it, or it has become a supergroup.
        """
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.met:
            raise bad("chat not found")
        if chat.moved_to is not None:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, words, {"migrate_to_chat_id": chat.moved_to})
        return chat

    def open_chat(self, chat_id: int | str) -> Chat:
        """The chat of a call that writes.

        Raises:
            Refusal: 400 or 403, as the chat stands.
        """
        chat = self.chat(chat_id)
        if chat.removed:
            what = "is not a member of the supergroup chat"
            if chat.kind == "group":
                what = "was kicked from the group chat"
            raise forbidden(f"bot {what}")
        if chat.kind == "private":
            if self.users[chat.id].deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
        return chat

    def live_draft(self, chat: Chat) -> Draft | None:
        """What the bot is writing there now."""
        return chat.draft if chat.draft and chat.draft.until > self.clock() else None

    def live_action(self, chat: Chat) -> tuple[str, float] | None:
        """What the bot is doing there now, and for how many more seconds."""
        if chat.action is None or chat.action[1] <= self.clock():
            return None
        return chat.action[0], min(chat.action[1] - self.clock(), limits.ACTION_LIFE_SECONDS)
