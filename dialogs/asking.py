"""Ask a person: what goes to whom, that it went, what was asked, and the reply when it comes."""

from dialogs import parts
from dialogs.callbacks import AskMid, Go, Place, SendQuestion, ShowAsked
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, short
from knowledge.cards.card import own_name
from locales.words import Words
from service.mids.values import Mid
from service.questions.values import AskingView, MemberQuestion, MemberQuestionsView, SentView

LICENCES_SHOWN = 5
NAME_SHOWN = 26
QUOTED = 80


def to_whom(view: AskingView, w: Words, membership_id: str | None = None) -> Screen:
    """Which MID the question goes to, or, with one chosen, what it would see."""
    memberships = view.portfolio.snapshot.memberships
    if not memberships or not view.text:
        return _nothing_to_send(w, nowhere=not memberships)
    chosen = [membership for membership in memberships if membership_id in {None, membership.id}]
    if len(chosen) == 1:
        return _about_what(view, chosen[0].id, chosen[0].mid, w)
    return Screen(
        text=paragraphs(
            bold(w.p("button", "Ask a person")),
            _question(view.text, w),
            w.t("Which MID should answer?"),
        ),
        rows=rows(
            *[
                Button(short(own_name(one.mid.name, w)), AskMid(membership=one.id))
                for one in chosen
            ],
            parts.home(w),
        ),
    )


def _nothing_to_send(w: Words, *, nowhere: bool) -> Screen:
    says = w.t("You are in no MID yet, so there is no one at a MID to ask.") if nowhere else how(w)
    return Screen(
        text=paragraphs(bold(w.p("button", "Ask a person")), says),
        rows=rows((parts.human(w), parts.home(w))),
    )


def _about_what(view: AskingView, membership_id: str, mid: Mid, w: Words) -> Screen:
    name = own_name(mid.name, w)
    if mid.id in view.at_limit:
        return _full(mid, w)
    about = [
        standing for standing in view.standings if standing.holding.membership.id == membership_id
    ]
    return Screen(
        text=paragraphs(
            bold(w.p("button", "Ask a person")),
            _question(view.text, w),
            w.t("It goes to {mid}. They see this text and a number that stands for you, not "
                "your name.", mid=name),
            _soon(mid, w),
            w.t("You may also say which licence it is about.") if about else None,
        ),
        rows=rows(
            Button(w.p("button", "Send"), SendQuestion(membership=membership_id)),
            *[
                Button(
                    w.p("button", "Send, about: {title}",
                        title=short(parts.title(one, w), NAME_SHOWN)),
                    SendQuestion(membership=membership_id, licence=one.holding.licence.id),
                )
                for one in about[:LICENCES_SHOWN]
            ],
            Button(w.p("button", "Do not send"), Go(place=Place.HOME)),
        ),
    )  # fmt: skip


def sent(view: SentView, w: Words) -> Screen:
    """It is on the list, or too many wait there."""
    if view.question is None:
        return _full(view.mid, w)
    name = own_name(view.mid.name, w)
    return Screen(
        text=paragraphs(
            lines([bold(w.t("Sent to {mid}.", mid=name)), *_subject(view.question, w)]),
            w.t("The reply comes here, in this chat."),
            _soon(view.mid, w),
        ),
        rows=rows(Button(w.p("button", "My questions"), Go(place=Place.QUESTIONS)), parts.home(w)),
    )


def _full(mid: Mid, w: Words) -> Screen:
    return Screen(
        text=paragraphs(
            w.t("You already have as many questions waiting at {mid} as fit its list.",
                mid=own_name(mid.name, w)),
            w.t("You can also write to: {contact}", contact=mid.contact.email),
        ),
        rows=rows(Button(w.p("button", "My questions"), Go(place=Place.QUESTIONS)), parts.home(w)),
    )  # fmt: skip


def listed(view: MemberQuestionsView, w: Words) -> Screen:
    """What a member asked, newest first."""
    if not view.questions:
        return Screen(
            text=paragraphs(
                bold(w.t("My questions")),
                w.t("You have sent no question to a person."),
                how(w),
            ),
            rows=rows((parts.human(w), parts.home(w))),
        )
    items = [
        w.t(
            "{date}, to {mid}: {state}",
            date=one.asked_at.date(),
            mid=own_name(one.mid.name, w),
            state=_state(one, w),
        )
        for one in view.questions
    ]
    return Screen(
        text=paragraphs(bold(w.t("My questions")), lines(items)),
        rows=rows(
            *[Button(short(one.text), ShowAsked(question=one.id)) for one in view.questions],
            (parts.human(w), parts.home(w)),
        ),
    )


def one(view: MemberQuestionsView, question_id: str, w: Words) -> Screen:
    """One question with its reply; the list where it is not there."""
    found = next((asked for asked in view.questions if asked.id == question_id), None)
    if found is None:
        return listed(view, w)
    if found.answer is not None:
        return reply(found, w)
    return Screen(
        text=paragraphs(
            bold(w.t("To {mid}", mid=own_name(found.mid.name, w))),
            _question(found.text, w),
            _subject(found, w),
            w.t("It waits for a reply."),
            _soon(found.mid, w),
        ),
        rows=_after(w),
    )


def reply(asked: MemberQuestion, w: Words, *, perhaps_again: bool = False) -> Screen:
    """What a person at the MID replied, word for word."""
    assert asked.answer is not None
    return Screen(
        text=paragraphs(
            w.t("You may have had this message before.") if perhaps_again else None,
            bold(w.t("{mid} replies", mid=own_name(asked.mid.name, w))),
            *asked.answer.split("\n\n"),
            _question(short(asked.text, QUOTED), w),
            _subject(asked, w),
        ),
        rows=_after(w),
    )


def _after(w: Words) -> tuple[tuple[Button, ...], ...]:
    mine = Button(w.p("button", "My questions"), Go(place=Place.QUESTIONS))
    return rows(mine, (parts.human(w), parts.home(w)))


def how(w: Words) -> str:
    """How a question gets to a person."""
    return w.t("Write your question here. Under what I say is a button that sends it to a person.")


def _question(text: str, w: Words) -> str:
    return w.t("Your question: “{question}”", question=text)


def _subject(asked: MemberQuestion, w: Words) -> list[str]:
    if asked.title is None:
        return []
    return [w.t("About: {title}", title=own_name(asked.title, w))]


def _state(asked: MemberQuestion, w: Words) -> str:
    return w.t("answered") if asked.answered_at else w.t("waits for a reply")


def _soon(mid: Mid, w: Words) -> str:
    hours = w.duration(mid.contact.reply_within_hours, "hour")
    return w.t("They answer within {hours}.", hours=hours)
