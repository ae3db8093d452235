"""Notices as members see them: the list and its search, one notice, its answers, and mute."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter
from dialogs import card, notice, notices
from dialogs.callbacks import (
    AnswerNotice,
    Mute,
    OpenNoticeList,
    Place,
    ShowNotice,
    ShowNoticeCard,
    ShowNotices,
)
from service.deps import Deps
from service.notices.inbox import cases as notice_inbox
from service.notices.inbox import history


async def list_by_command(
    _: Message, command: CommandObject, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Handle ``/notices``, alone or followed by words to search for."""
    view = await history.list_received(deps, actor.id, search=command.args or "")
    await show(notices.screen(view, actor.words))


async def list_newest(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Show the first page of the list."""
    view = await history.list_received(deps, actor.id)
    await show(notices.screen(view, actor.words))


async def list_beside(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Show the first page of the list in a new message, below the notice it was opened from."""
    view = await history.list_received(deps, actor.id)
    await show(notices.screen(view, actor.words), new_message=True)


async def list_page(
    _: CallbackQuery, callback_data: ShowNotices, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show a page of the list, or of the results of a search."""
    than, newer, search = callback_data.than, callback_data.newer, callback_data.search
    view = await history.list_received(deps, actor.id, than=than, newer=newer, search=search)
    await show(notices.screen(view, actor.words))


async def show_notice(
    _: CallbackQuery, callback_data: ShowNotice, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show one notice."""
    view = await notice_inbox.read_view(deps, actor.id, callback_data.notice)
    await show(notice.screen(view, actor.words))


async def answer(
    _: CallbackQuery, callback_data: AnswerNotice, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Choose one of a notice's answers."""
    choice = callback_data.answer
    view = await notice_inbox.answer(
        deps, actor.id, callback_data.notice, choice, actor.cause("notice")
    )
    await show(notice.answered(view, choice, actor.words))


async def mute(
    _: CallbackQuery, callback_data: Mute, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Mute a MID's notices, or hear them again."""
    membership, on = callback_data.membership, callback_data.on
    view = await notice_inbox.mute(deps, actor.id, membership, actor.cause("mute"), on=on)
    await show(notice.muted(view, actor.words), new_message=True)


async def show_card(
    _: CallbackQuery, callback_data: ShowNoticeCard, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show the card of a licence that a notice is about, in a new message."""
    about, licence = callback_data.notice, callback_data.licence
    view = await notice_inbox.read_card(deps, actor.id, about, licence)
    await show(card.screen(view, actor.words), new_message=True)


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="notices")
    router.message.register(list_by_command, Command("notices"))
    tap = router.callback_query.register
    tap(list_newest, ToPlace(Place.NOTICES))
    tap(list_beside, OpenNoticeList.filter())
    tap(list_page, ShowNotices.filter())
    tap(show_notice, ShowNotice.filter())
    tap(answer, AnswerNotice.filter())
    tap(mute, Mute.filter())
    tap(show_card, ShowNoticeCard.filter())
    return router
