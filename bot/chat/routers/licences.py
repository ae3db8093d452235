"""The list, the card, and what is said to it."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import card, choices, home, licences, quiz
from dialogs.callbacks import (
    AnswerQuestion,
    Place,
    SayLater,
    SayNo,
    SayYes,
    ShowCard,
    ShowDetails,
    ShowLegal,
    ShowLicences,
    ShowLine,
    ShowRefusing,
)
from service.choices import cases
from service.choices.values import CardView
from service.deps import Deps
from service.standing import cases as standing_cases


async def go_home(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """The first screen."""
    view = await standing_cases.read_portfolio(deps, who.id)
    await show(home.screen(view, who.w), who.w.locale)


async def go_more(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """Everything that is not on the first screen."""
    view = await standing_cases.read_portfolio(deps, who.id)
    await show(home.more(view, who.w), who.w.locale)


async def list_by_command(_: Message, deps: Deps, who: Who, show: Show) -> None:
    """``/licences``."""
    view = await standing_cases.read_portfolio(deps, who.id)
    await show(licences.screen(view, 0, who.w), who.w.locale)


async def list_page(
    _: CallbackQuery, callback_data: ShowLicences, deps: Deps, who: Who, show: Show
) -> None:
    """A page of the list."""
    view = await standing_cases.read_portfolio(deps, who.id)
    await show(licences.screen(view, callback_data.page, who.w), who.w.locale)


async def show_card(
    _: CallbackQuery, callback_data: ShowCard, deps: Deps, who: Who, show: Show
) -> None:
    """One licence."""
    view = await cases.look_at_card(deps, who.id, callback_data.licence)
    await show(card.screen(view, who.w), who.w.locale)


async def show_details(
    _: CallbackQuery, callback_data: ShowDetails, deps: Deps, who: Who, show: Show
) -> None:
    """The names of its lines."""
    view = await cases.look_at_card(deps, who.id, callback_data.licence)
    await show(card.line_names(view, who.w), who.w.locale)


async def show_line(
    _: CallbackQuery, callback_data: ShowLine, deps: Deps, who: Who, show: Show
) -> None:
    """What is behind one line."""
    view = await cases.look_at_card(deps, who.id, callback_data.licence)
    await show(card.line(view, callback_data.line, who.w), who.w.locale)


async def show_legal(
    _: CallbackQuery, callback_data: ShowLegal, deps: Deps, who: Who, show: Show
) -> None:
    """The legal text."""
    view = await cases.look_at_card(deps, who.id, callback_data.licence)
    await show(card.legal(view, callback_data.page, who.w), who.w.locale)


async def show_refusing(
    _: CallbackQuery, callback_data: ShowRefusing, deps: Deps, who: Who, show: Show
) -> None:
    """What could be refused everywhere because of it."""
    view = await cases.look_at_card(deps, who.id, callback_data.licence)
    await show(choices.refusing(view, who.w), who.w.locale)


async def say_yes(
    _: CallbackQuery, callback_data: SayYes, deps: Deps, who: Who, show: Show
) -> None:
    """Yes, or the question that stands before it."""
    view = await cases.say_yes(deps, who.id, callback_data.nonce, who.by("card"))
    made = card.screen if isinstance(view, CardView) else quiz.screen
    await show(made(view, who.w), who.w.locale)  # type: ignore[arg-type]  # the view picked the screen


async def answer(
    _: CallbackQuery, callback_data: AnswerQuestion, deps: Deps, who: Who, show: Show
) -> None:
    """The answer to that question."""
    view = await cases.answer_question(
        deps, who.id, callback_data.nonce, callback_data.option, who.by("question")
    )
    await show(quiz.screen(view, who.w), who.w.locale)


async def say_no(_: CallbackQuery, callback_data: SayNo, deps: Deps, who: Who, show: Show) -> None:
    """No, or stop."""
    view = await cases.say_no(deps, who.id, callback_data.licence, who.by("card"))
    await show(card.screen(view, who.w), who.w.locale)


async def say_later(
    _: CallbackQuery, callback_data: SayLater, deps: Deps, who: Who, show: Show
) -> None:
    """Not now."""
    view = await cases.say_later(deps, who.id, callback_data.licence, who.by("card"))
    await show(card.screen(view, who.w), who.w.locale)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="licences")
    router.message.register(list_by_command, Command("licences"))
    tap = router.callback_query.register
    tap(go_home, To(Place.HOME))
    tap(go_more, To(Place.MORE))
    tap(list_page, ShowLicences.filter())
    tap(show_card, ShowCard.filter())
    tap(show_details, ShowDetails.filter())
    tap(show_line, ShowLine.filter())
    tap(show_legal, ShowLegal.filter())
    tap(show_refusing, ShowRefusing.filter())
    tap(say_yes, SayYes.filter())
    tap(answer, AnswerQuestion.filter())
    tap(say_no, SayNo.filter())
    tap(say_later, SayLater.filter())
    return router
