"""What one's MIDs told: the list, one notice, its answers, mute, and the card it leads to."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import card, notice, notices
from dialogs.callbacks import (
    AnswerNotice,
    BesideNotice,
    Mute,
    Place,
    ShowCardFrom,
    ShowNotice,
    ShowNotices,
)
from service.deps import Deps
from service.notices.inbox import cases as notice_inbox
from service.notices.inbox import history


async def list_by_command(
    _: Message, command: CommandObject, deps: Deps, who: Who, show: Show
) -> None:
    """``/notices``, alone or with words to search for."""
    view = await history.sent_to(deps, who.id, search=command.args or "")
    await show(notices.listed(view, who.w), who.w.locale)


async def list_newest(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """The first page of the list."""
    view = await history.sent_to(deps, who.id)
    await show(notices.listed(view, who.w), who.w.locale)


async def list_beside(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """The first page of the list, below the notice from which it was asked for."""
    view = await history.sent_to(deps, who.id)
    await show(notices.listed(view, who.w), who.w.locale, anew=True)


async def list_page(
    _: CallbackQuery, callback_data: ShowNotices, deps: Deps, who: Who, show: Show
) -> None:
    """A page of the list, or of what a search found."""
    than, newer, search = callback_data.than, callback_data.newer, callback_data.search
    view = await history.sent_to(deps, who.id, than=than, newer=newer, search=search)
    await show(notices.listed(view, who.w), who.w.locale)


async def show_notice(
    _: CallbackQuery, callback_data: ShowNotice, deps: Deps, who: Who, show: Show
) -> None:
    """One notice."""
    view = await notice_inbox.look(deps, who.id, callback_data.notice)
    await show(notice.screen(view, who.w), who.w.locale)


async def answer(
    _: CallbackQuery, callback_data: AnswerNotice, deps: Deps, who: Who, show: Show
) -> None:
    """Choose one of its answers."""
    choice = callback_data.answer
    view = await notice_inbox.answer(deps, who.id, callback_data.notice, choice, who.by("notice"))
    await show(notice.answered(view, choice, who.w), who.w.locale)


async def mute(_: CallbackQuery, callback_data: Mute, deps: Deps, who: Who, show: Show) -> None:
    """Hear a MID no more, or again."""
    membership, on = callback_data.membership, callback_data.on
    view = await notice_inbox.mute(deps, who.id, membership, who.by("mute"), on=on)
    await show(notice.muted(view, who.w), who.w.locale, anew=True)


async def show_card(
    _: CallbackQuery, callback_data: ShowCardFrom, deps: Deps, who: Who, show: Show
) -> None:
    """The card of a licence that a notice is about."""
    about, licence = callback_data.notice, callback_data.licence
    view = await notice_inbox.look_at_card(deps, who.id, about, licence)
    await show(card.screen(view, who.w), who.w.locale, anew=True)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="notices")
    router.message.register(list_by_command, Command("notices"))
    tap = router.callback_query.register
    tap(list_newest, To(Place.NOTICES))
    tap(list_beside, BesideNotice.filter())
    tap(list_page, ShowNotices.filter())
    tap(show_notice, ShowNotice.filter())
    tap(answer, AnswerNotice.filter())
    tap(mute, Mute.filter())
    tap(show_card, ShowCardFrom.filter())
    return router
