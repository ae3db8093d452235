"""Typed questions: the answer, other topics, a language model, and the way to a person."""

from aiogram import Bot, Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.assistant.assistant import Assistant
from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter, question_message
from bot.telegram.drafts import DraftStream
from dialogs import answer, asking, model
from dialogs.callbacks import (
    AskMid,
    AskPerson,
    Place,
    SendQuestion,
    SetModelConsent,
    ShowOtherTopics,
    ShowQuestion,
    ShowTopic,
)
from knowledge.replies import AssistantReply
from locales.words import words
from service.deps import Deps
from service.questions import cases


class FreeText(Filter):
    """Matches text that is not a command."""

    async def __call__(self, message: Message) -> bool:
        """Return whether the message has such a text."""
        return bool(message.text) and not str(message.text).startswith("/")


class QuotedQuestion(Filter):
    """Adds the question that the tapped message replies to as ``question`` and ``origin``."""

    async def __call__(self, query: CallbackQuery) -> dict[str, str]:
        """Return the question's text and its message's id; both are empty if it is not there."""
        message = question_message(query)
        text = message.text if message and message.text else ""
        return {"question": text, "origin": f"m:{message.message_id}" if message and text else ""}


async def _show_reply(
    reply: AssistantReply, show: Presenter, *, new_message: bool = False
) -> None:
    await show(answer.screen(reply, words(reply.locale)), new_message=new_message)


async def answer_question(
    message: Message, bot: Bot, assistant: Assistant, actor: Actor, show: Presenter
) -> None:
    """Answer a typed question."""
    drafts = DraftStream(bot, message.chat.id, assistant.stops)
    locale = actor.words.locale
    reply = await assistant.answer_question(actor.id, message.text or "", locale, drafts)
    await _show_reply(reply, show)


async def set_model(
    query: CallbackQuery,
    callback_data: SetModelConsent,
    question: str,
    bot: Bot,
    assistant: Assistant,
    actor: Actor,
    show: Presenter,
) -> None:
    """Store whether a model may answer, then answer the question that led to it, if any."""
    drafts, locale = DraftStream(bot, query.from_user.id, assistant.stops), actor.words.locale
    reply = await assistant.set_model_consent(
        actor.id, question or None, locale, drafts, callback_data
    )
    if isinstance(reply, AssistantReply):
        await _show_reply(reply, show, new_message=True)
    else:
        await show(model.saved(reply, actor.words))


async def show_topic(
    _: CallbackQuery,
    callback_data: ShowTopic,
    question: str,
    assistant: Assistant,
    actor: Actor,
    show: Presenter,
) -> None:
    """Show the article of a topic that was picked from a list."""
    topic, locale = callback_data.topic, actor.words.locale
    reply = await assistant.answer_topic(actor.id, topic, question or None, locale)
    await _show_reply(reply, show)


async def show_other_topics(
    _: CallbackQuery,
    callback_data: ShowOtherTopics,
    question: str,
    assistant: Assistant,
    actor: Actor,
    show: Presenter,
) -> None:
    """List other topics than the one shown."""
    topic, locale = callback_data.topic, actor.words.locale
    reply = await assistant.list_other_topics(actor.id, topic, question or None, locale)
    await _show_reply(reply, show)


async def show_draft(
    _: CallbackQuery, question: str, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show the question as it would go to a person, with the MIDs to choose from."""
    view = await cases.look_at_draft(deps, actor.id, question)
    await show(asking.compose(view, actor.words))


async def show_draft_to_mid(
    _: CallbackQuery,
    callback_data: AskMid,
    question: str,
    deps: Deps,
    actor: Actor,
    show: Presenter,
) -> None:
    """Show the question as it would go to one MID."""
    view = await cases.look_at_draft(deps, actor.id, question)
    await show(asking.compose(view, actor.words, callback_data.membership))


async def send_question(
    _: CallbackQuery,
    callback_data: SendQuestion,
    question: str,
    origin: str,
    deps: Deps,
    actor: Actor,
    show: Presenter,
) -> None:
    """Send the question to a MID."""
    view = await cases.send_question(
        deps,
        actor.id,
        callback_data.membership,
        question,
        origin=origin,
        language=actor.words.locale,
        licence_id=callback_data.licence or None,
    )
    await show(asking.sent(view, actor.words))


async def show_questions(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """List the questions that the member has sent."""
    await show(asking.history(await cases.list_own(deps, actor.id), actor.words))


async def show_question(
    _: CallbackQuery, callback_data: ShowQuestion, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show one question that the member has sent, with its reply."""
    view = await cases.list_own(deps, actor.id)
    await show(asking.detail(view, callback_data.question, actor.words))


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="questions")
    router.message.register(answer_question, FreeText())
    tap = router.callback_query.register
    tap(show_topic, ShowTopic.filter(), QuotedQuestion())
    tap(show_other_topics, ShowOtherTopics.filter(), QuotedQuestion())
    tap(show_draft, AskPerson.filter(), QuotedQuestion())
    tap(show_draft_to_mid, AskMid.filter(), QuotedQuestion())
    tap(set_model, SetModelConsent.filter(), QuotedQuestion())
    tap(send_question, SendQuestion.filter(), QuotedQuestion())
    tap(show_questions, ToPlace(Place.QUESTIONS))
    tap(show_question, ShowQuestion.filter())
    return router
