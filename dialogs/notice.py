"""A notice in the chat: what the MID says, what can be answered, and why one got it."""

from collections.abc import Sequence

from dialogs import parts
from dialogs.callbacks import AnswerNotice, BesideNotice, Go, Mute, Place, ShowCardFrom, ShowNotice
from dialogs.screen import Button, Row, Screen, bold, in_twos, lines, paragraphs, rows, short
from knowledge.cards.card import own_name, own_words
from locales.style import width
from locales.words import Words
from service.mids.values import Mid
from service.notices.values import ABOUT_LICENCES, Choice
from service.notices.views import HearingView, NoticeView

SIDE_BY_SIDE = 20
LISTED = 10


def screen(view: NoticeView, w: Words, *, note: str | None = None) -> Screen:
    """A notice, as it is sent and as it is opened again. ``note`` says what just happened."""
    told = view.content.text[view.content.language_for(w.locale)]
    return Screen(
        text=paragraphs(
            note,
            lines([bold(own_name(view.mid.name, w)), bold(told.title)]),
            told.body,
            _about_the_text(view, w),
            _chosen(view, w),
            why(view, w),
        ),
        rows=rows(
            *_answers(view, w),
            *_cards(view, w),
            Button(w.p("button", "All notices"), BesideNotice()),
            mute(view.membership_id, w, on=not view.muted),
        ),
    )


def _about_the_text(view: NoticeView, w: Words) -> list[str] | None:
    language = view.content.language_for(w.locale)
    found = []
    if language != w.locale:
        found.append(w.t("Written in: {language}", language=w.language_name(language)))
    if view.corrected:
        found.append(w.t("The MID has corrected this text."))
    return found or None


def _chosen(view: NoticeView, w: Words) -> list[str] | None:
    """What the member chose, and until when they may choose."""
    if not view.content.answers:
        return None
    closes = view.content.closes
    until = w.moment(closes, view.zone) if closes else ""
    found = []
    if view.answer is not None and view.answered_at is not None:
        date = parts.day(view.answered_at, view.zone)
        found.append(w.t("You chose “{answer}” on {date}.", answer=_said(view, w), date=date))
    if view.closed:
        if view.answer is None:
            found.append(w.t("You did not answer."))
        found.append(w.t("It closed on {moment}.", moment=until))
    elif view.answer is not None:
        says = w.t("You can change it until {moment}.", moment=until)
        found.append(says if closes else w.t("You can change it."))
    elif closes:
        found.append(w.t("You can answer until {moment}.", moment=until))
    return found or None


def _said(view: NoticeView, w: Words) -> str:
    found = [answer for answer in view.content.answers if answer.id == view.answer]
    return own_name(found[0].label, w) if found else str(view.answer)


def why(view: NoticeView, w: Words) -> str:
    """Why this member got it."""
    mid = own_name(view.mid.name, w)
    audience = view.content.audience
    if audience.everyone:
        return w.t("You get this because it goes to everyone in {mid}.", mid=mid)
    if view.by_ref or not audience.licences:
        return w.t("You get this because {mid} chose you by your number there.", mid=mid)
    if not view.licence_titles:
        return w.t("You get this because it concerns a licence of {mid}.", mid=mid)
    quoted = [
        parts.in_quotes(own_name(licence_title, w), w) for licence_title in view.licence_titles
    ]
    names = w.join(quoted, "or")
    if audience.standing != "in":
        return w.t("You get this because it concerns {names}.", names=names)
    if view.sent_at is None:
        return w.t("You get this because you are in {names}.", names=names)
    return w.t("You got this because you were in {names}.", names=names)


def _answers(view: NoticeView, w: Words) -> tuple[Row, ...]:
    """A button for each answer that is not the chosen one, two to a row where they fit."""
    if view.closed:
        return ()
    left = [answer for answer in view.content.answers if answer.id != view.answer]
    buttons = [_answer(view, one, w) for one in left]
    labels = [said for answer in view.content.answers for said in answer.label.values()]
    if max(map(width, labels), default=0) <= SIDE_BY_SIDE:
        return in_twos(buttons)
    return tuple((button,) for button in buttons)


def _answer(view: NoticeView, choice: Choice, w: Words) -> Button:
    target = AnswerNotice(notice=view.notice_id, answer=choice.id)
    return Button(short(own_name(choice.label, w)), target)


def _cards(view: NoticeView, w: Words) -> list[Button]:
    """The way to the card of each licence that an offer or a change is about."""
    if view.content.kind not in ABOUT_LICENCES:
        return []
    titles = [own_name(licence_title, w) for licence_title in view.licence_titles]
    titles = titles or [w.p("button", "The card")] * len(view.licence_ids)
    return [
        Button(short(title), ShowCardFrom(licence=licence_id, notice=view.notice_id))
        for licence_id, title in zip(view.licence_ids, titles, strict=True)
    ]


def all_notices(w: Words) -> Button:
    """To the list of notices."""
    return Button(w.p("button", "All notices"), Go(place=Place.NOTICES))


def mute(membership_id: str, w: Words, *, on: bool) -> Button:
    """To hear a MID no more, or again."""
    label = w.p("button", "Mute this MID") if on else w.p("button", "Unmute this MID")
    return Button(label, Mute(membership=membership_id, on=on))


def answered(view: NoticeView, choice: str, w: Words) -> Screen:
    """The notice after a tap on one of its answers."""
    if view.answer == choice:
        return screen(view, w, note=w.t("Saved: “{answer}”.", answer=_said(view, w)))
    return screen(view, w, note=w.t("You can no longer answer this. Nothing was saved."))


def digest(views: Sequence[NoticeView], mid: Mid, w: Words, *, note: str | None = None) -> Screen:
    """Several notices of a MID as one message, each a tap away."""
    name = own_name(mid.name, w)
    first, more = views[:LISTED], len(views) - LISTED
    return Screen(
        text=paragraphs(
            note,
            lines(
                [
                    bold(name),
                    bold(
                        w.n("{n} notice waits for you.", "{n} notices wait for you.", len(views))
                    ),
                ]
            ),
            lines(
                [
                    *[title(one, w) for one in first],
                    *([w.n("{n} more", "{n} more", more)] if more > 0 else []),
                ]
            ),
            w.t("They come as one message, so that you get no more messages a week than is set."),
            w.t("You get this because you are in {mid}.", mid=name),
        ),
        rows=rows(
            *[_open(one, w) for one in first],
            (all_notices(w), Button(w.p("button", "How many a week"), Go(place=Place.WEEKLY))),
            mute(views[0].membership_id, w, on=not views[0].muted),
        ),
    )


def title(view: NoticeView, w: Words) -> str:
    """A notice's title; labelled with its language when it is not there in this one."""
    language = view.content.language_for(w.locale)
    return own_words({language: view.content.text[language].title}, w)


def _open(view: NoticeView, w: Words) -> Button:
    told = view.content.text[view.content.language_for(w.locale)]
    return Button(short(told.title), ShowNotice(notice=view.notice_id))


def muted(view: HearingView, w: Words) -> Screen:
    """A MID is heard no more, or again. The way back is one tap."""
    name = own_name(view.membership.mid.name, w)
    if view.muted:
        says = [
            w.t("Saved. You get no more notices from {mid}.", mid=name),
            w.t("Only urgent ones still come: a breach of your data, or terms that change."),
        ]
        if view.stopped:
            says = [says[0], w.t("Only the news of a breach of your data still comes.")]
        says.append(w.t("You can read the others under All notices."))
    elif view.stopped:
        says = [
            w.t("Saved. {mid} is no longer muted.", mid=name),
            w.t("You stopped everything."),
            w.t("Only the news of a breach of your data still comes."),
        ]
    else:
        says = [w.t("Saved. You get notices from {mid} again.", mid=name)]
    return Screen(
        text=paragraphs(lines(says)),
        rows=rows(
            mute(view.membership.id, w, on=not view.muted),
            all_notices(w),
            (parts.human(w), parts.home(w)),
        ),
    )


def perhaps_again(w: Words) -> str:
    """Said to who may have had the notice already, because a process died while it was sent."""
    return w.t("You may have had this message before.")
