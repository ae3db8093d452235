"""The first screen, the list of licences, a licence's card, and a member's choices on it."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter
from dialogs import card, choices, home, licences, quiz
from dialogs.callbacks import (
    AnswerQuiz,
    Place,
    SayLater,
    SayNo,
    SayYes,
    ShowCard,
    ShowCardLine,
    ShowDetails,
    ShowLegalText,
    ShowLicences,
    ShowRefusalOptions,
)
from service.choices import cases
from service.choices.values import CardView
from service.deps import Deps
from service.standing import cases as standing_cases


async def show_home(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Show the first screen."""
    view = await standing_cases.read_portfolio(deps, actor.id)
    await show(home.screen(view, actor.words))


async def show_more(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Show the places that the first screen has no button for."""
    view = await standing_cases.read_portfolio(deps, actor.id)
    await show(home.more(view, actor.words))


async def list_by_command(_: Message, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Handle ``/licences``: the first page of the list."""
    view = await standing_cases.read_portfolio(deps, actor.id)
    await show(licences.screen(view, 0, actor.words))


async def list_page(
    _: CallbackQuery, callback_data: ShowLicences, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show a page of the list."""
    view = await standing_cases.read_portfolio(deps, actor.id)
    await show(licences.screen(view, callback_data.page, actor.words))


async def show_card(
    _: CallbackQuery, callback_data: ShowCard, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show the card of a licence."""
    view = await cases.look_at_card(deps, actor.id, callback_data.licence)
    await show(card.screen(view, actor.words))


async def show_details(
    _: CallbackQuery, callback_data: ShowDetails, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """List the lines of a card by name, each a button to its details."""
    view = await cases.look_at_card(deps, actor.id, callback_data.licence)
    await show(card.line_names(view, actor.words))


async def show_line(
    _: CallbackQuery, callback_data: ShowCardLine, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show the details of one line of a card."""
    view = await cases.look_at_card(deps, actor.id, callback_data.licence)
    await show(card.line(view, callback_data.line, actor.words))


async def show_legal(
    _: CallbackQuery, callback_data: ShowLegalText, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show a page of the legal text of a licence."""
    view = await cases.look_at_card(deps, actor.id, callback_data.licence)
    await show(card.legal(view, callback_data.page, actor.words))


async def show_refusing(
    _: CallbackQuery, callback_data: ShowRefusalOptions, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show the standing refusals that a licence gives reason for: its buyer, its use, its data."""
    view = await cases.look_at_card(deps, actor.id, callback_data.licence)
    await show(choices.refusal_options(view, actor.words))


async def say_yes(
    _: CallbackQuery, callback_data: SayYes, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Say yes to a licence, or show the question that has to be answered first."""
    view = await cases.say_yes(deps, actor.id, callback_data.nonce, actor.cause("card"))
    if isinstance(view, CardView):
        await show(card.screen(view, actor.words))
    else:
        await show(quiz.screen(view, actor.words))


async def answer_quiz(
    _: CallbackQuery, callback_data: AnswerQuiz, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Answer the question that a licence asks before a yes."""
    view = await cases.answer_question(
        deps, actor.id, callback_data.nonce, callback_data.option, actor.cause("question")
    )
    await show(quiz.screen(view, actor.words))


async def say_no(
    _: CallbackQuery, callback_data: SayNo, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Say no to a licence, or leave it."""
    view = await cases.say_no(deps, actor.id, callback_data.licence, actor.cause("card"))
    await show(card.screen(view, actor.words))


async def say_later(
    _: CallbackQuery, callback_data: SayLater, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Put the decision about a licence off."""
    view = await cases.say_later(deps, actor.id, callback_data.licence, actor.cause("card"))
    await show(card.screen(view, actor.words))


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="licences")
    router.message.register(list_by_command, Command("licences"))
    tap = router.callback_query.register
    tap(show_home, ToPlace(Place.HOME))
    tap(show_more, ToPlace(Place.MORE))
    tap(list_page, ShowLicences.filter())
    tap(show_card, ShowCard.filter())
    tap(show_details, ShowDetails.filter())
    tap(show_line, ShowCardLine.filter())
    tap(show_legal, ShowLegalText.filter())
    tap(show_refusing, ShowRefusalOptions.filter())
    tap(say_yes, SayYes.filter())
    tap(answer_quiz, AnswerQuiz.filter())
    tap(say_no, SayNo.filter())
    tap(say_later, SayLater.filter())
    return router
