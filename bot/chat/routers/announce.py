"""Announcing by staff: the list of notices, drafts, their count and approval, their progress."""

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat import staff_progress, staff_progress_store
from bot.chat.filters import PromptReply, StaffLink
from bot.chat.identity import Actor
from bot.chat.show import Presenter
from bot.chat.staff_progress_store import Prompt
from dialogs.staff import announce, draft
from dialogs.staff.callbacks import (
    ApproveNotice,
    AskText,
    ChangeDraft,
    NewNotice,
    NoticePart,
    ResumeNotice,
    ShowStaffNotice,
    ShowStaffOverview,
    StopNotice,
    read_patch,
)
from service.deps import Deps
from service.notices.authoring import chat_cases
from service.notices.authoring.chat_views import StaffNoticeView
from service.staff import cases as staff


async def show_overview(
    _: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Handle ``/announce``: the notices of the MIDs for which the member is staff."""
    view = await chat_cases.read_overview(deps, actor.id)
    message_id = await show(announce.overview(view, actor.words))
    await staff_progress.track_message(deps, actor, message_id, None)


async def become_staff(_: Message, token: str, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Handle ``/start`` with a staff link: whoever opens it becomes staff."""
    view = await staff.open_link(deps, actor.id, token)
    await show(announce.welcome(view, actor.words))


async def _show_notice(view: StaffNoticeView, deps: Deps, actor: Actor, show: Presenter) -> None:
    message_id = await show(announce.screen(view, actor.words))
    await staff_progress.track_message(deps, actor, message_id, view.notice)


async def begin(
    _: CallbackQuery, callback_data: NewNotice, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Begin a new draft."""
    view = await chat_cases.begin(deps, actor.id, callback_data.mid)
    await _show_notice(view, deps, actor, show)


async def show_part(
    _: CallbackQuery, callback_data: ShowStaffNotice, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show a part of a notice: the overview, the count, or a page of choices."""
    part = callback_data.part
    use_case = chat_cases.count if part is NoticePart.COUNT else chat_cases.read_view
    view = await use_case(deps, actor.id, callback_data.notice)
    message_id = await show(announce.part(view, part, callback_data.at, actor.words))
    shows_progress = part in {NoticePart.OVERVIEW, NoticePart.COUNT}
    notice = view.notice if shows_progress else None
    await staff_progress.track_message(deps, actor, message_id, notice)


async def change(
    _: CallbackQuery, callback_data: ChangeDraft, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Change one field of a draft."""
    patch = read_patch(callback_data)
    view = await chat_cases.change(deps, actor.id, callback_data.notice, patch)
    await _show_notice(view, deps, actor, show)


async def ask_text(
    _: CallbackQuery, callback_data: AskText, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Ask for the text of a draft in one language, to be typed as a reply."""
    notice, language = callback_data.notice, callback_data.language
    view = await chat_cases.read_view(deps, actor.id, notice)
    message_id = await show(draft.prompt(view, language, actor.words))
    if message_id is not None:
        async with deps.db.write() as conn:
            await staff_progress_store.put_prompt(
                conn, actor.id, message_id, Prompt(notice, language)
            )


async def take_text(
    message: Message, prompt: Prompt, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Take a typed text for a draft; ``prompt`` is what the replied-to message asked for."""
    text = message.text or ""
    view = await chat_cases.write_text(deps, actor.id, prompt.notice_id, prompt.language, text)
    message_id = await show(announce.after_text(view, actor.words))
    await staff_progress.track_message(deps, actor, message_id, view.notice)


async def approve(
    _: CallbackQuery,
    callback_data: ApproveNotice,
    deps: Deps,
    actor: Actor,
    show: Presenter,
    bot: Bot,
) -> None:
    """Approve a notice for the number of people shown; calls a second person where one has to."""
    total, seen = callback_data.total, callback_data.seen
    view = await chat_cases.approve(deps, actor.id, callback_data.notice, total, seen)
    await _show_notice(view, deps, actor, show)
    await staff_progress.ask_second_person(bot, deps, view)


async def stop(
    _: CallbackQuery, callback_data: StopNotice, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Stop a notice: nobody else gets it."""
    view = await chat_cases.stop(deps, actor.id, callback_data.notice)
    await _show_notice(view, deps, actor, show)


async def resume(
    _: CallbackQuery, callback_data: ResumeNotice, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Resume a paused notice."""
    view = await chat_cases.resume(deps, actor.id, callback_data.notice)
    await _show_notice(view, deps, actor, show)


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="announce")
    router.message.register(show_overview, Command("announce"))
    router.message.register(become_staff, StaffLink())
    router.message.register(take_text, PromptReply())
    tap = router.callback_query.register
    tap(show_overview, ShowStaffOverview.filter())
    tap(begin, NewNotice.filter())
    tap(show_part, ShowStaffNotice.filter())
    tap(change, ChangeDraft.filter())
    tap(ask_text, AskText.filter())
    tap(approve, ApproveNotice.filter())
    tap(stop, StopNotice.filter())
    tap(resume, ResumeNotice.filter())
    return router
