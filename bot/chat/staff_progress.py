"""Progress of notices in staff chats: one message in each, edited while the notice goes out."""

from collections.abc import Iterable

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError

from bot.chat import staff_progress_store
from bot.chat.identity import Actor
from bot.chat.staff_progress_store import Watcher
from bot.telegram import chat_store, screens
from bot.telegram.errors import TRANSIENT
from dialogs.screen import Screen
from dialogs.staff import announce
from locales.words import negotiate, words
from service.deps import Deps
from service.errors import NotFoundError
from service.notices.authoring import chat_cases, reporting
from service.notices.authoring.chat_views import StaffNoticeView
from service.notices.values import ENDED, Notice, NoticeStatus

log = structlog.get_logger()

LIVE_STATUSES = frozenset(
    {NoticeStatus.SCHEDULED, NoticeStatus.RUNNING, NoticeStatus.PAUSED, NoticeStatus.STOPPED}
)


async def track_message(
    deps: Deps, actor: Actor, message_id: int | None, notice: Notice | None
) -> None:
    """Record that a message shows the progress of ``notice``, or, with None, something else."""
    if message_id is None:
        return
    async with deps.db.write() as conn:
        await staff_progress_store.forget_message(conn, actor.id, message_id)
        if notice is not None and notice.status in LIVE_STATUSES:
            watcher = Watcher(actor.id, message_id, actor.words.locale)
            await staff_progress_store.put_watcher(conn, notice.id, watcher)


async def update_progress(bot: Bot, deps: Deps, notice_id: str) -> None:
    """Edit every message that shows the progress of a notice; Telegram's errors are only logged.

    Called every few seconds while the notice goes out, and once when it is over: the last call
    forgets the messages.
    """
    async with deps.db.read() as conn:
        watchers = await staff_progress_store.read_watchers(conn, notice_id)
    if not watchers:
        return
    try:
        mid_id = await reporting.read_mid_id(deps, notice_id)
        report = await reporting.read_report(deps, mid_id, notice_id)
        staff = await chat_cases.read_staff_by_member(deps, mid_id)
    except NotFoundError:
        return
    chats = await _chats(deps, (watcher.member_id for watcher in watchers))
    for watcher in watchers:
        if watcher.member_id in staff and watcher.member_id in chats:
            screen = announce.progress(report, words(watcher.locale))
            await _edit(bot, chats[watcher.member_id].telegram_id, watcher.message_id, screen)
    if report.notice.status in ENDED:
        async with deps.db.write() as conn:
            await staff_progress_store.forget_watchers(conn, notice_id)


async def ask_second_person(bot: Bot, deps: Deps, view: StaffNoticeView) -> None:
    """Ask the other staff of a MID to approve what one of them has approved.

    Sending is best effort: the notice is also listed under /announce.
    """
    notice = view.notice
    if notice.status is not NoticeStatus.SECOND or notice.approved_by != view.staff.name:
        return
    staff = await chat_cases.read_staff_by_member(deps, notice.mid.id)
    chats = await _chats(deps, (member for member in staff if member != view.staff.member_id))
    for member_id, chat in chats.items():
        staff_view = await chat_cases.read_view(deps, member_id, notice.id)
        screen = announce.screen(staff_view, words(chat.locale or negotiate(chat.tag)))
        try:
            await screens.send(bot, chat.telegram_id, screen)
        except (TelegramAPIError, ClientDecodeError, *TRANSIENT) as error:
            log.info("second_person_not_called", reason=type(error).__name__)


async def _chats(deps: Deps, member_ids: Iterable[str]) -> dict[str, chat_store.MemberChat]:
    async with deps.db.read() as conn:
        return await chat_store.read_open_chats_of(conn, list(member_ids))


async def _edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> None:
    try:
        await screens.edit(bot, chat_id, message_id, screen)
    except (TelegramAPIError, ClientDecodeError, *TRANSIENT) as error:
        log.debug("progress_not_shown", reason=type(error).__name__)
