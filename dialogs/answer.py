"""Replies to a typed question: an article with the member's facts, topics, or a model's answer.

An article found by search is called the closest text, never the answer: only the member can tell
whether it answers the question.
"""

from collections.abc import Callable, Iterable

from aiogram.filters.callback_data import CallbackData

from dialogs import mid, model, parts
from dialogs.actions import action_buttons
from dialogs.callbacks import (
    AskPerson,
    Go,
    Place,
    ShowLegalText,
    ShowLicences,
    ShowOtherTopics,
    ShowTopic,
)
from dialogs.screen import Button, Row, Screen, bold, lines, paragraphs, rows, rows_of_two, shorten
from knowledge.cards.standing import in_quotes
from knowledge.replies import AssistantReply, ReplyKind
from knowledge.values import Article, Fact, NoAnswerReason, Tier
from locales.words import Words
from service.assistant.values import ModelView
from service.questions.values import MAX_LENGTH

# What Telegram's 64 bytes of callback data leave for an article's id.
TOPIC_ID_BYTES = 58


def screen(reply: AssistantReply, w: Words) -> Screen:
    """The screen of a reply, in the language of ``w``."""
    return _BUILDERS[reply.kind](reply, w)


def thinking(w: Words) -> str:
    """Plain text of the draft that is shown until a model has answered."""
    return w.t("Looking for an answer…")


def _article(reply: AssistantReply, w: Words) -> Screen:
    article = reply.article
    assert article is not None
    closest = w.t("This is the closest text I have.") if reply.kind is ReplyKind.LIKELY else None
    return Screen(
        w.locale,
        text=paragraphs(
            lines(_notes(reply, w)),
            closest,
            bold(article.title),
            *article.text.split("\n\n"),
            _facts(reply.facts, w),
            lines(_source_notes(article, w)),
        ),
        rows=rows(
            *rows_of_two(action_buttons(article.actions, w)),
            _not_this_button(article, w) if reply.typed else None,
            (_person_button(reply, w), parts.home(w)),
        ),
    )


def _topics(reply: AssistantReply, w: Words) -> Screen:
    facts = _facts(reply.facts, w)
    question = w.t("Is it about one of these?") if reply.topics else None
    return Screen(
        w.locale,
        text=paragraphs(
            lines(_notes(reply, w)),
            facts,
            # The facts on a licence that the question names already answer part of it.
            None if facts else w.t("I am not sure what you mean."),
            question,
        ),
        rows=rows(*_topic_buttons(reply.topics), (_person_button(reply, w), parts.home(w))),
    )


def _off_topic(reply: AssistantReply, w: Words) -> Screen:
    return Screen(
        w.locale,
        text=paragraphs(
            lines(_notes(reply, w)),
            w.t("I have nothing on that. I only know about your data, your licences, your price "
                "and your MIDs."),
            w.t("If it is about one of them, other words may help, or a person."),
        ),
        rows=rows(*_starting_points(w), (_person_button(reply, w), parts.home(w))),
    )  # fmt: skip


def _nothing(reply: AssistantReply, w: Words) -> Screen:
    return Screen(
        w.locale,
        text=paragraphs(
            lines(_notes(reply, w)),
            w.t("I can't look that up now. A person can answer you."),
            w.t("Perhaps one of these is what you need:"),
        ),
        rows=rows(*_starting_points(w), (_person_button(reply, w), parts.home(w))),
    )


def _greeting(_: AssistantReply, w: Words) -> Screen:
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("Hello. Ask me anything about your data, your licences or your MIDs."),
            w.t("Write it the way you would say it."),
        ),
        rows=rows(*_starting_points(w), (parts.human(w), parts.home(w))),
    )


def _too_many(_: AssistantReply, w: Words) -> Screen:
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("Those were many questions in a short time. Please wait a minute."),
            w.t("Buttons and commands work as always."),
        ),
        rows=rows((parts.human(w), parts.home(w))),
    )


def _model(reply: AssistantReply, w: Words) -> Screen:
    answer = reply.answer
    assert answer is not None
    titles = [in_quotes(source.title, w) for source in answer.sources]
    return Screen(
        w.locale,
        text=paragraphs(
            lines(_notes(reply, w)),
            join_claims([claim.text for claim in answer.claims], w),
            _facts(reply.facts, w),
            lines(
                [
                    w.t("Source: {titles}", titles=w.join(titles)),
                    w.t("An AI model wrote this from the source. It can be wrong."),
                ]
            ),
        ),
        rows=rows(
            *rows_of_two(action_buttons(answer.actions, w)),
            *_topic_buttons(answer.sources),
            (_person_button(reply, w), parts.home(w)),
        ),
    )


def join_claims(claims: Iterable[str], w: Words) -> str:
    """The sentences of a model's answer as one plain text."""
    return w.sentences([claim.strip() for claim in claims])


def _human(reply: AssistantReply, w: Words) -> Screen:
    return mid.contacts(reply.memberships, reply.contact, w)


def _consent(reply: AssistantReply, w: Words) -> Screen:
    assert reply.model is not None
    return model.consent(reply.model, ModelView(), w)


_BUILDERS: dict[ReplyKind, Callable[[AssistantReply, Words], Screen]] = {
    ReplyKind.LIKELY: _article,
    ReplyKind.CHOSEN: _article,
    ReplyKind.UNSURE: _topics,
    ReplyKind.OFF_TOPIC: _off_topic,
    ReplyKind.NOTHING: _nothing,
    ReplyKind.GREETING: _greeting,
    ReplyKind.HUMAN: _human,
    ReplyKind.CONSENT: _consent,
    ReplyKind.TOO_MANY: _too_many,
    ReplyKind.MODEL: _model,
}


def _notes(reply: AssistantReply, w: Words) -> list[str]:
    notes = []
    if reply.shortened:
        notes.append(
            w.n(
                "I read only the first {n} character of it.",
                "I read only the first {n} characters of it.",
                MAX_LENGTH,
            )
        )
    if reply.limit_reached is not None:
        notes.append(
            w.t("The AI model has answered you as often as it may today.")
            if reply.limit_reached is NoAnswerReason.MEMBER_LIMIT
            else w.t("The AI model has answered as much as it may this month.")
        )
    if reply.language is not None:
        name = w.language_name(reply.language)
        notes.append(w.t("I have no texts in your language ({language}).", language=name))
    return notes


def _facts(facts: Iterable[Fact], w: Words) -> str | None:
    fact_lines = [line for fact in facts for line in fact.lines]
    return lines([bold(w.t("About you")), *fact_lines]) if fact_lines else None


def _source_notes(article: Article, w: Words) -> list[str]:
    notes = []
    if article.language != w.locale:
        name = w.language_name(article.language)
        notes.append(w.t("Written in: {language}", language=name))
    if article.mid_id is None:
        # NOTE: {version} is a number.
        notes.append(
            w.t("Source: Midline's own text, version {version}.", version=article.version)
        )
    else:
        notes.append(w.t("Source: a text of your MID."))
    return notes


def _person_button(reply: AssistantReply, w: Words) -> Button:
    return Button(w.p("button", "Ask a person"), AskPerson()) if reply.typed else parts.human(w)


def _not_this_button(article: Article, w: Words) -> Button | None:
    return (
        Button(w.p("button", "Not this"), ShowOtherTopics(topic=article.id))
        if _fits_button(article)
        else None
    )


def _topic_buttons(topics: Iterable[Article]) -> tuple[Row, ...]:
    return tuple(
        (Button(shorten(topic.title), _article_target(topic)),)
        for topic in topics
        if _fits_button(topic)
    )


def _article_target(article: Article) -> CallbackData:
    """What the button of an article opens: a licence's legal text, or the article itself."""
    if article.tier is Tier.LICENCE:
        return ShowLegalText(licence=article.id, page=0)
    return ShowTopic(topic=article.id)


def _fits_button(article: Article) -> bool:
    """Whether the article's id fits callback data, in which a colon separates the fields."""
    return len(article.id.encode()) <= TOPIC_ID_BYTES and ":" not in article.id


def _starting_points(w: Words) -> tuple[Row, ...]:
    return (
        (
            Button(w.p("button", "My licences"), ShowLicences(page=0)),
            Button(w.p("button", "My price"), Go(place=Place.KNOB)),
        ),
        (Button(w.p("button", "Help"), Go(place=Place.HELP)),),
    )
