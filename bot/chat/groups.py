"""Groups: the bot says only where to write instead, and not often."""

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.telegram import screens
from bot.telegram.errors import TRANSIENT
from bot.telegram.threads import thread_of
from bot.token_bucket import TokenBuckets
from dialogs import about
from locales.words import negotiate, words

log = structlog.get_logger()

# One answer a minute is enough for everybody in a group to see it.
PER_GROUP_SECONDS = 60.0
# All groups share this: answers to members in private come first.
ALL_GROUPS_BURST = 5
ALL_GROUPS_SECONDS = 2.0
_ALL = "all"


class GroupAnswers:
    """Answers commands in groups with where to write, within one budget for all groups."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._group = TokenBuckets(1, 1 / PER_GROUP_SECONDS)
        self._all = TokenBuckets(ALL_GROUPS_BURST, 1 / ALL_GROUPS_SECONDS)

    async def answer(self, event: TelegramObject) -> None:
        """Answer a command to this bot, in the topic it was given in; end a tap's progress bar.

        Raises:
            Exception: one of ``TRANSIENT``; then it may be called again.
        """
        try:
            if isinstance(event, CallbackQuery):
                await screens.answer_tap(self._bot, event.id)
            elif isinstance(event, Message) and await self._is_for_us(event.text or ""):
                await self._say_where(event)
        except (TelegramForbiddenError, TelegramBadRequest) as error:
            # The bot was removed, or may not write there.
            log.info("group_not_answered", error=type(error).__name__)

    async def _is_for_us(self, text: str) -> bool:
        command = (text.split(maxsplit=1) or [""])[0]
        if not command.startswith("/"):
            return False
        name = command.partition("@")[2]
        return not name or name.lower() == ((await self._bot.me()).username or "").lower()

    async def _say_where(self, message: Message) -> None:
        group = str(message.chat.id)
        if not self._group.take(group):
            return
        if not self._all.take(_ALL):
            self._group.give_back(group)
            return
        tag = message.from_user.language_code if message.from_user else None
        screen = about.in_a_group(words(negotiate(tag)))
        try:
            await screens.send(self._bot, message.chat.id, screen, thread=thread_of(message))
        except TRANSIENT:
            self._group.give_back(group)
            self._all.give_back(_ALL)
            raise
