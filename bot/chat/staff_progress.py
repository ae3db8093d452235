"""Staff who watch a notice: one message in each of their chats shows how it goes."""

from collections.abc import Iterable

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError

from bot.chat import staff_progress_store
from bot.chat.identity import Who
from bot.chat.staff_progress_store import Watcher
from bot.telegram import chat_store, screens
from bot.telegram.errors import TRANSIENT
from dialogs.screen import Screen
from dialogs.staff import announce
from locales.words import negotiate, words
from service.deps import Deps
from service.errors import NotFoundError
from service.notices.authoring import chat_cases, reporting
from service.notices.authoring.chat_views import Sheet
from service.notices.values import OVER, Notice, Status

log = structlog.get_logger()

LIVE = frozenset({Status.SCHEDULED, Status.RUNNING, Status.PAUSED, Status.STOPPED})


async def note(deps: Deps, who: Who, message_id: int | None, notice: Notice | None) -> None:
    """Remember what a message shows now: how ``notice`` goes, or, with None, something else."""
    if message_id is None:
        return
    async with deps.db.write() as conn:
        await staff_progress_store.forget_message(conn, who.id, message_id)
        if notice is not None and notice.status in LIVE:
            watcher = Watcher(who.id, message_id, who.w.locale)
            await staff_progress_store.put_watcher(conn, notice.id, watcher)


async def tell(bot: Bot, deps: Deps, notice_id: str) -> None:
    """Bring every message that shows how this notice goes up to date. Telegram's errors end here.

    Called every few seconds while it goes out, and when it is over; then nobody watches any more.
    """
    async with deps.db.read() as conn:
        watchers = await staff_progress_store.read_watchers(conn, notice_id)
    if not watchers:
        return
    try:
        mid_id = await reporting.owner(deps, notice_id)
        report = await reporting.report(deps, mid_id, notice_id)
        staff = await chat_cases.still_staff(deps, mid_id)
    except NotFoundError:
        return
    chats = await _chats(deps, (watcher.member_id for watcher in watchers))
    for watcher in watchers:
        if watcher.member_id in staff and watcher.member_id in chats:
            made = announce.progress(report, words(watcher.locale))
            await _edit(bot, chats[watcher.member_id].telegram_id, watcher.message_id, made)
    if report.notice.status in OVER:
        async with deps.db.write() as conn:
            await staff_progress_store.forget_watchers(conn, notice_id)


async def call_second(bot: Bot, deps: Deps, sheet: Sheet) -> None:
    """Ask the other staff of a MID to approve what one of them has approved.

    Whoever is not reached finds it under /announce.
    """
    notice = sheet.notice
    if notice.status is not Status.SECOND or notice.approved_by != sheet.staff.name:
        return
    staff = await chat_cases.still_staff(deps, notice.mid.id)
    others = {one: post for one, post in staff.items() if one != sheet.staff.member_id}
    chats = await _chats(deps, others)
    for member_id, chat in chats.items():
        view = await chat_cases.look(deps, member_id, notice.id)
        made = announce.screen(view, words(chat.locale or negotiate(chat.tag)))
        try:
            await screens.send(bot, chat.telegram_id, made)
        except (TelegramAPIError, ClientDecodeError, *TRANSIENT) as error:
            log.info("second_person_not_called", reason=type(error).__name__)


async def _chats(deps: Deps, member_ids: Iterable[str]) -> dict[str, chat_store.MemberChat]:
    async with deps.db.read() as conn:
        return await chat_store.read_open_chats_of(conn, list(member_ids))


async def _edit(bot: Bot, chat_id: int, message_id: int, made: Screen) -> None:
    try:
        await screens.edit(bot, chat_id, message_id, made)
    except (TelegramAPIError, ClientDecodeError, *TRANSIENT) as error:
        log.debug("progress_not_shown", reason=type(error).__name__)
