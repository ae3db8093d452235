"""Whatever is typed and is no command: the answer, other topics, and the way to a person."""

from aiogram import Bot, Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.assistant.assistant import Answering
from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show, question_of
from bot.telegram.drafts import DraftStream
from dialogs import answer, asking, model
from dialogs.callbacks import (
    AskMid,
    AskPerson,
    NotThis,
    Place,
    SendQuestion,
    SetModel,
    ShowAsked,
    ShowTopic,
)
from knowledge.replies import Reply
from locales.words import words
from service.deps import Deps
from service.questions import cases


class Typed(Filter):
    """Text that is no command."""

    async def __call__(self, message: Message) -> bool:
        """Whether it is."""
        return bool(message.text) and not str(message.text).startswith("/")


class Quoting(Filter):
    """A tap under a reply to a question: hands the question on, and passes without one."""

    async def __call__(self, query: CallbackQuery) -> dict[str, str]:
        """The question's text and where it came from; empty where it is not at hand."""
        asked = question_of(query)
        text = asked.text if asked and asked.text else ""
        return {"asked": text, "origin": f"m:{asked.message_id}" if asked and text else ""}


async def _say(reply: Reply, show: Show, *, anew: bool = False) -> None:
    await show(answer.screen(reply, words(reply.locale)), reply.locale, anew=anew)


async def typed(message: Message, bot: Bot, answering: Answering, who: Who, show: Show) -> None:
    """A question."""
    drafts = DraftStream(bot, message.chat.id, answering.stops)
    await _say(await answering.typed(who.id, message.text or "", who.w.locale, drafts), show)


async def set_model(
    query: CallbackQuery,
    callback_data: SetModel,
    asked: str,
    bot: Bot,
    answering: Answering,
    who: Who,
    show: Show,
) -> None:
    """Let a model answer, or let none; then the question that waits for it."""
    drafts, locale = DraftStream(bot, query.from_user.id, answering.stops), who.w.locale
    said = await answering.agreed(who.id, asked or None, locale, drafts, callback_data)
    if isinstance(said, Reply):
        await _say(said, show, anew=True)
    else:
        await show(model.chosen(said, who.w), locale)


async def show_topic(
    _: CallbackQuery,
    callback_data: ShowTopic,
    asked: str,
    answering: Answering,
    who: Who,
    show: Show,
) -> None:
    """A topic from a list."""
    locale = who.w.locale
    await _say(await answering.chosen(who.id, callback_data.topic, asked or None, locale), show)


async def not_this(
    _: CallbackQuery,
    callback_data: NotThis,
    asked: str,
    answering: Answering,
    who: Who,
    show: Show,
) -> None:
    """Other topics."""
    locale = who.w.locale
    await _say(await answering.others(who.id, callback_data.topic, asked or None, locale), show)


async def ask_person(_: CallbackQuery, asked: str, deps: Deps, who: Who, show: Show) -> None:
    """What would go to a person."""
    view = await cases.look_at_draft(deps, who.id, asked)
    await show(asking.to_whom(view, who.w), who.w.locale)


async def ask_mid(
    _: CallbackQuery, callback_data: AskMid, asked: str, deps: Deps, who: Who, show: Show
) -> None:
    """The same, to one MID."""
    view = await cases.look_at_draft(deps, who.id, asked)
    await show(asking.to_whom(view, who.w, callback_data.membership), who.w.locale)


async def send_question(
    _: CallbackQuery,
    callback_data: SendQuestion,
    asked: str,
    origin: str,
    deps: Deps,
    who: Who,
    show: Show,
) -> None:
    """Put it on the MID's list."""
    to, about_ = callback_data.membership, callback_data.licence or None
    locale = who.w.locale
    view = await cases.send_question(
        deps, who.id, to, asked, origin=origin, language=locale, licence_id=about_
    )
    await show(asking.sent(view, who.w), locale)


async def show_questions(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """What one has asked."""
    await show(asking.listed(await cases.list_own(deps, who.id), who.w), who.w.locale)


async def show_asked(
    _: CallbackQuery, callback_data: ShowAsked, deps: Deps, who: Who, show: Show
) -> None:
    """One of them, with the reply."""
    view = await cases.list_own(deps, who.id)
    await show(asking.one(view, callback_data.question, who.w), who.w.locale)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="questions")
    router.message.register(typed, Typed())
    tap = router.callback_query.register
    tap(show_topic, ShowTopic.filter(), Quoting())
    tap(not_this, NotThis.filter(), Quoting())
    tap(ask_person, AskPerson.filter(), Quoting())
    tap(ask_mid, AskMid.filter(), Quoting())
    tap(set_model, SetModel.filter(), Quoting())
    tap(send_question, SendQuestion.filter(), Quoting())
    tap(show_questions, To(Place.QUESTIONS))
    tap(show_asked, ShowAsked.filter())
    return router
