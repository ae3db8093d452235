"""The question between a card and a yes."""

from dialogs import parts
from dialogs.callbacks import AnswerQuestion, SayNo, SayYes, ShowCard
from dialogs.screen import Button, Screen, bold, paragraphs, rows, short
from knowledge.cards.vocabulary import category_label
from locales.words import Words
from service.choices.rules import ASKS, RETURNS, STAYS
from service.choices.values import QuizTopic, QuizView
from service.journal.values import TeachBack


def screen(view: QuizView, w: Words) -> Screen:
    """Ask, explain and ask once more, send to a person, or offer the yes."""
    licence = view.standing.holding.licence.id
    no = Button(w.p("button", "No"), SayNo(licence=licence))
    head = bold(parts.title(view.standing, w))
    card = Button(w.p("button", "The card"), ShowCard(licence=licence))
    if view.taught is TeachBack.PASSED:
        return Screen(
            text=paragraphs(head, _right(view, w), w.t("Do you still say yes?")),
            rows=rows(
                (Button(w.p("button", "Yes"), SayYes(nonce=view.nonce)), no),
                (parts.human(w), card),
            ),
        )
    if view.taught is TeachBack.TWICE_WRONG:
        return Screen(
            text=paragraphs(
                head,
                _fact(view, w),
                w.t("This one is hard to say in few words. A person can explain it to you."),
                w.t("Nothing was saved. You can come back to the card at any time."),
            ),
            rows=rows(no, (parts.human(w), card)),
        )
    again = view.taught is TeachBack.ONCE_WRONG
    return Screen(
        text=paragraphs(
            head,
            w.t("Not quite.")
            if again
            else w.t("One question first, because this cannot be undone.")
            if view.question.topic is QuizTopic.CANNOT_BE_CALLED_BACK
            else w.t("One question first, because this data is sensitive."),
            _fact(view, w) if again else None,
            _asks(view, w),
        ),
        rows=rows(
            *[
                Button(short(_option(key, w), 60), AnswerQuestion(nonce=view.nonce, option=key))
                for key in view.question.options
            ],
            no,
            (parts.human(w), card),
        ),
    )


def _asks(view: QuizView, w: Words) -> str:
    if view.question.topic is QuizTopic.CANNOT_BE_CALLED_BACK:
        return w.t(
            "You say yes today and stop next month. What happens to what they have learned?"
        )
    return w.t("What would they get to use?")


def _option(key: str, w: Words) -> str:
    # NOTE: Answers to "What happens to what they have learned?"; "they" is the buyer.
    says = {
        STAYS: w.t("They keep it"),
        RETURNS: w.t("It comes back to me"),
        ASKS: w.t("They ask me again"),
    }
    return says.get(key) or category_label(key, w)


def _fact(view: QuizView, w: Words) -> str:
    if view.question.topic is QuizTopic.CANNOT_BE_CALLED_BACK:
        return w.t(
            "If you stop, they get nothing new. But what they have learned until then stays with "
            "them."
        )
    return w.t("This licence is about: {data}.", data=category_label(view.question.right, w))


def _right(view: QuizView, w: Words) -> str:
    return w.t("That is right. {fact}", fact=_fact(view, w))
