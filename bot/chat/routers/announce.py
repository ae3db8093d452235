"""Announcing for staff: the desk, drafts, the count and its approval, and how a notice goes."""

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat import staff_progress, staff_progress_store
from bot.chat.filters import AnswersPrompt, StaffLink
from bot.chat.identity import Who
from bot.chat.show import Show
from bot.chat.staff_progress_store import Prompt
from dialogs.staff import announce, draft
from dialogs.staff.callbacks import (
    Approve,
    AskText,
    NewNotice,
    Part,
    ResumeNotice,
    SetSheet,
    ShowDesk,
    ShowSheet,
    StopNotice,
)
from dialogs.staff.labels import yes_and_no
from service.deps import Deps
from service.notices.authoring import chat_cases
from service.notices.authoring.chat_views import Sheet
from service.staff import cases as staff


async def show_desk(_: Message | CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """``/announce``."""
    view = await chat_cases.desk(deps, who.id)
    message_id = await show(announce.desk(view, who.w), who.w.locale)
    await staff_progress.note(deps, who, message_id, None)


async def become_staff(_: Message, token: str, deps: Deps, who: Who, show: Show) -> None:
    """A link that makes whoever opens it staff."""
    view = await staff.open_link(deps, who.id, token)
    await show(announce.welcome(view, who.w), who.w.locale)


async def _as_it_stands(view: Sheet, deps: Deps, who: Who, show: Show) -> None:
    message_id = await show(announce.screen(view, who.w), who.w.locale)
    await staff_progress.note(deps, who, message_id, view.notice)


async def begin(
    _: CallbackQuery, callback_data: NewNotice, deps: Deps, who: Who, show: Show
) -> None:
    """A new draft."""
    view = await chat_cases.begin(deps, who.id, callback_data.mid)
    await _as_it_stands(view, deps, who, show)


async def show_sheet(
    _: CallbackQuery, callback_data: ShowSheet, deps: Deps, who: Who, show: Show
) -> None:
    """A part of a notice."""
    part = callback_data.part
    use_case = chat_cases.count if part is Part.COUNT else chat_cases.look
    view = await use_case(deps, who.id, callback_data.notice)
    made = announce.part(view, part, callback_data.at, who.w)
    message_id = await show(made, who.w.locale)
    whole = part in {Part.OVERVIEW, Part.COUNT}
    await staff_progress.note(deps, who, message_id, view.notice if whole else None)


async def change(
    _: CallbackQuery, callback_data: SetSheet, deps: Deps, who: Who, show: Show
) -> None:
    """Change one thing of a draft."""
    field, value = callback_data.field, callback_data.value
    answers = yes_and_no()
    view = await chat_cases.change(deps, who.id, callback_data.notice, field, value, answers)
    await _as_it_stands(view, deps, who, show)


async def ask_text(
    _: CallbackQuery, callback_data: AskText, deps: Deps, who: Who, show: Show
) -> None:
    """Ask for the text in one language."""
    notice, language = callback_data.notice, callback_data.language
    view = await chat_cases.look(deps, who.id, notice)
    message_id = await show(draft.prompt(view, language, who.w), who.w.locale)
    if message_id is not None:
        async with deps.db.write() as conn:
            await staff_progress_store.put_prompt(
                conn, who.id, message_id, Prompt(notice, language)
            )


async def take_text(message: Message, prompt: Prompt, deps: Deps, who: Who, show: Show) -> None:
    """A text that replies to a message which asked for it."""
    typed = message.text or ""
    view = await chat_cases.write(deps, who.id, prompt.notice_id, prompt.language, typed)
    message_id = await show(announce.after_text(view, who.w), who.w.locale)
    await staff_progress.note(deps, who, message_id, view.notice)


async def approve(
    _: CallbackQuery, callback_data: Approve, deps: Deps, who: Who, show: Show, bot: Bot
) -> None:
    """Approve the number that was counted."""
    total, seen = callback_data.total, callback_data.seen
    view = await chat_cases.approve(deps, who.id, callback_data.notice, total, seen)
    await _as_it_stands(view, deps, who, show)
    await staff_progress.call_second(bot, deps, view)


async def stop(
    _: CallbackQuery, callback_data: StopNotice, deps: Deps, who: Who, show: Show
) -> None:
    """Send it to nobody else."""
    view = await chat_cases.stop(deps, who.id, callback_data.notice)
    await _as_it_stands(view, deps, who, show)


async def resume(
    _: CallbackQuery, callback_data: ResumeNotice, deps: Deps, who: Who, show: Show
) -> None:
    """Go on after it was paused."""
    view = await chat_cases.resume(deps, who.id, callback_data.notice)
    await _as_it_stands(view, deps, who, show)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="announce")
    router.message.register(show_desk, Command("announce"))
    router.message.register(become_staff, StaffLink())
    router.message.register(take_text, AnswersPrompt())
    tap = router.callback_query.register
    tap(show_desk, ShowDesk.filter())
    tap(begin, NewNotice.filter())
    tap(show_sheet, ShowSheet.filter())
    tap(change, SetSheet.filter())
    tap(ask_text, AskText.filter())
    tap(approve, Approve.filter())
    tap(stop, StopNotice.filter())
    tap(resume, ResumeNotice.filter())
    return router
