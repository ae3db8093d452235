"""The question that comes between a card and a yes where the licence needs to be understood."""

from dialogs import parts
from dialogs.callbacks import AnswerQuiz, SayNo, SayYes, ShowCard
from dialogs.screen import Button, Screen, bold, paragraphs, rows, shorten
from knowledge.cards.standing import licence_title
from knowledge.cards.vocabulary import category_label
from locales.words import Words
from service.choices.rules import ASKS, RETURNS, STAYS
from service.choices.values import QuizTopic, QuizView
from service.journal.values import TeachBack


def screen(view: QuizView, w: Words) -> Screen:
    """The question; after a wrong answer its explanation and the question again.

    After a second wrong answer a person is named instead; after the right one the yes is offered.
    """
    licence = view.standing.holding.licence.id
    no = Button(w.p("button", "No"), SayNo(licence=licence))
    title = bold(licence_title(view.standing, w))
    card = Button(w.p("button", "The card"), ShowCard(licence=licence))
    if view.taught is TeachBack.PASSED:
        return Screen(
            w.locale,
            text=paragraphs(title, _right_note(view, w), w.t("Do you still say yes?")),
            rows=rows(
                (Button(w.p("button", "Yes"), SayYes(nonce=view.nonce)), no),
                (parts.human(w), card),
            ),
        )
    if view.taught is TeachBack.TWICE_WRONG:
        return Screen(
            w.locale,
            text=paragraphs(
                title,
                _explanation(view, w),
                w.t("This one is hard to say in few words. A person can explain it to you."),
                w.t("Nothing was saved. You can come back to the card at any time."),
            ),
            rows=rows(no, (parts.human(w), card)),
        )
    again = view.taught is TeachBack.ONCE_WRONG
    return Screen(
        w.locale,
        text=paragraphs(
            title,
            w.t("Not quite.")
            if again
            else w.t("One question first, because this cannot be undone.")
            if view.question.topic is QuizTopic.CANNOT_BE_CALLED_BACK
            else w.t("One question first, because this data is sensitive."),
            _explanation(view, w) if again else None,
            _question(view, w),
        ),
        rows=rows(
            *[
                Button(
                    shorten(_option_label(key, w), 60), AnswerQuiz(nonce=view.nonce, option=key)
                )
                for key in view.question.options
            ],
            no,
            (parts.human(w), card),
        ),
    )


def _question(view: QuizView, w: Words) -> str:
    if view.question.topic is QuizTopic.CANNOT_BE_CALLED_BACK:
        return w.t(
            "You say yes today and stop next month. What happens to what they have learned?"
        )
    return w.t("What would they get to use?")


def _option_label(key: str, w: Words) -> str:
    # NOTE: Answers to "What happens to what they have learned?"; "they" is the buyer.
    labels = {
        STAYS: w.t("They keep it"),
        RETURNS: w.t("It comes back to me"),
        ASKS: w.t("They ask me again"),
    }
    return labels.get(key) or category_label(key, w)


def _explanation(view: QuizView, w: Words) -> str:
    if view.question.topic is QuizTopic.CANNOT_BE_CALLED_BACK:
        return w.t(
            "If you stop, they get nothing new. But what they have learned until then stays with "
            "them."
        )
    return w.t("This licence is about: {data}.", data=category_label(view.question.right, w))


def _right_note(view: QuizView, w: Words) -> str:
    return w.t("That is right. {fact}", fact=_explanation(view, w))
