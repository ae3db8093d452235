"""Questions to a person at a MID: before sending, once sent, the list of them, and the reply."""

from dialogs import parts
from dialogs.callbacks import AskMid, Go, Place, SendQuestion, ShowQuestion
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, shorten
from knowledge.cards.card import own_name
from knowledge.cards.standing import licence_title
from locales.words import Words
from service.mids.values import Mid
from service.questions.values import AskingView, MemberQuestion, MemberQuestionsView, SentView

LICENCES_SHOWN = 5
NAME_SHOWN = 26
QUOTE_LENGTH = 80


def compose(view: AskingView, w: Words, membership_id: str | None = None) -> Screen:
    """Ask which MID the question goes to; for the only or the chosen one, show what it would see.

    A ``membership_id`` that is none of the member's leaves nothing to choose from.
    """
    memberships = view.portfolio.snapshot.memberships
    if not memberships or not view.text:
        return _nothing_to_send(w, in_no_mid=not memberships)
    selected = [membership for membership in memberships if membership_id in {None, membership.id}]
    if len(selected) == 1:
        return _confirm(view, selected[0].id, selected[0].mid, w)
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.p("button", "Ask a person")),
            _quote(view.text, w),
            w.t("Which MID should answer?"),
        ),
        rows=rows(
            *[
                Button(shorten(own_name(membership.mid.name, w)), AskMid(membership=membership.id))
                for membership in selected
            ],
            parts.home(w),
        ),
    )


def _nothing_to_send(w: Words, *, in_no_mid: bool) -> Screen:
    note = (
        w.t("You are in no MID yet, so there is no one at a MID to ask.")
        if in_no_mid
        else how_to_ask(w)
    )
    return Screen(
        w.locale,
        text=paragraphs(bold(w.p("button", "Ask a person")), note),
        rows=rows((parts.human(w), parts.home(w))),
    )


def _confirm(view: AskingView, membership_id: str, mid: Mid, w: Words) -> Screen:
    name = own_name(mid.name, w)
    if mid.id in view.at_limit:
        return _list_full(mid, w)
    standings = [
        standing for standing in view.standings if standing.holding.membership.id == membership_id
    ]
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.p("button", "Ask a person")),
            _quote(view.text, w),
            w.t("It goes to {mid}. They see this text and a number that stands for you, not "
                "your name.", mid=name),
            _reply_time(mid, w),
            w.t("You may also say which licence it is about.") if standings else None,
        ),
        rows=rows(
            Button(w.p("button", "Send"), SendQuestion(membership=membership_id)),
            *[
                Button(
                    w.p("button", "Send, about: {title}",
                        title=shorten(licence_title(standing, w), NAME_SHOWN)),
                    SendQuestion(membership=membership_id, licence=standing.holding.licence.id),
                )
                for standing in standings[:LICENCES_SHOWN]
            ],
            Button(w.p("button", "Do not send"), Go(place=Place.HOME)),
        ),
    )  # fmt: skip


def sent(view: SentView, w: Words) -> Screen:
    """The question was sent, or was not, as too many of the member's wait at that MID."""
    if view.question is None:
        return _list_full(view.mid, w)
    name = own_name(view.mid.name, w)
    return Screen(
        w.locale,
        text=paragraphs(
            lines([bold(w.t("Sent to {mid}.", mid=name)), *_licence_note(view.question, w)]),
            w.t("The reply comes here, in this chat."),
            _reply_time(view.mid, w),
        ),
        rows=rows(Button(w.p("button", "My questions"), Go(place=Place.QUESTIONS)), parts.home(w)),
    )


def _list_full(mid: Mid, w: Words) -> Screen:
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("You already have as many questions waiting at {mid} as fit its list.",
                mid=own_name(mid.name, w)),
            w.t("You can also write to: {contact}", contact=mid.contact.email),
        ),
        rows=rows(Button(w.p("button", "My questions"), Go(place=Place.QUESTIONS)), parts.home(w)),
    )  # fmt: skip


def history(view: MemberQuestionsView, w: Words) -> Screen:
    """The questions that a member has sent, in the order of the view: newest first."""
    if not view.questions:
        return Screen(
            w.locale,
            text=paragraphs(
                bold(w.t("My questions")),
                w.t("You have sent no question to a person."),
                how_to_ask(w),
            ),
            rows=rows((parts.human(w), parts.home(w))),
        )
    items = [
        w.t(
            "{date}, to {mid}: {state}",
            date=detail.asked_at.date(),
            mid=own_name(detail.mid.name, w),
            state=_state(detail, w),
        )
        for detail in view.questions
    ]
    return Screen(
        w.locale,
        text=paragraphs(bold(w.t("My questions")), lines(items)),
        rows=rows(
            *[
                Button(shorten(detail.text), ShowQuestion(question=detail.id))
                for detail in view.questions
            ],
            (parts.human(w), parts.home(w)),
        ),
    )


def detail(view: MemberQuestionsView, question_id: str, w: Words) -> Screen:
    """One question, with its reply if there is one; the list where the id is none of theirs."""
    selected = next((question for question in view.questions if question.id == question_id), None)
    if selected is None:
        return history(view, w)
    if selected.answer is not None:
        return reply(selected, w)
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("To {mid}", mid=own_name(selected.mid.name, w))),
            _quote(selected.text, w),
            _licence_note(selected, w),
            w.t("It waits for a reply."),
            _reply_time(selected.mid, w),
        ),
        rows=_buttons(w),
    )


def reply(question: MemberQuestion, w: Words, *, maybe_duplicate: bool = False) -> Screen:
    """What a person at the MID replied, word for word.

    ``maybe_duplicate`` says first that the member may have had this message before.
    """
    assert question.answer is not None
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("You may have had this message before.") if maybe_duplicate else None,
            bold(w.t("{mid} replies", mid=own_name(question.mid.name, w))),
            *question.answer.split("\n\n"),
            _quote(shorten(question.text, QUOTE_LENGTH), w),
            _licence_note(question, w),
        ),
        rows=_buttons(w),
    )


def _buttons(w: Words) -> tuple[tuple[Button, ...], ...]:
    return rows(
        Button(w.p("button", "My questions"), Go(place=Place.QUESTIONS)),
        (parts.human(w), parts.home(w)),
    )


def how_to_ask(w: Words) -> str:
    """The sentence that says how a question is sent to a person."""
    return w.t("Write your question here. Under what I say is a button that sends it to a person.")


def _quote(text: str, w: Words) -> str:
    return w.t("Your question: “{question}”", question=text)


def _licence_note(question: MemberQuestion, w: Words) -> list[str]:
    if question.title is None:
        return []
    return [w.t("About: {title}", title=own_name(question.title, w))]


def _state(question: MemberQuestion, w: Words) -> str:
    return w.t("answered") if question.answered_at else w.t("waits for a reply")


def _reply_time(mid: Mid, w: Words) -> str:
    hours = w.duration(mid.contact.reply_within_hours, "hour")
    return w.t("They answer within {hours}.", hours=hours)
