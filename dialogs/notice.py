"""A notice in the chat: the MID's text, the buttons to answer, and why the member got it."""

from collections.abc import Sequence

from dialogs import parts
from dialogs.callbacks import (
    AnswerNotice,
    Go,
    Mute,
    OpenNoticeList,
    Place,
    ShowNotice,
    ShowNoticeCard,
)
from dialogs.screen import Button, Row, Screen, bold, lines, paragraphs, rows, rows_of_two, shorten
from knowledge.cards.card import own_name, own_words
from knowledge.cards.standing import in_quotes
from locales.style import width
from locales.words import Words
from service.mids.values import Mid
from service.notices.values import ABOUT_LICENCES, AnswerOption
from service.notices.views import MuteView, NoticeView

# Labels up to this width, as ``locales.style.width`` counts it, stand two to a row.
HALF_ROW_WIDTH = 20
DIGEST_TITLES = 10


def screen(view: NoticeView, w: Words, *, note: str | None = None) -> Screen:
    """A notice, as it is sent and as it is opened again; ``note`` is a sentence on top."""
    text = view.content.text[view.content.language_for(w.locale)]
    return Screen(
        w.locale,
        text=paragraphs(
            note,
            lines([bold(own_name(view.mid.name, w)), bold(text.title)]),
            text.body,
            _text_notes(view, w),
            _answer_notes(view, w),
            reason(view, w),
        ),
        rows=rows(
            *_answer_rows(view, w),
            *_card_buttons(view, w),
            Button(w.p("button", "All notices"), OpenNoticeList()),
            mute_button(view.membership_id, w, on=not view.muted),
        ),
    )


def _text_notes(view: NoticeView, w: Words) -> list[str] | None:
    language = view.content.language_for(w.locale)
    notes = []
    if language != w.locale:
        notes.append(w.t("Written in: {language}", language=w.language_name(language)))
    if view.corrected:
        notes.append(w.t("The MID has corrected this text."))
    return notes or None


def _answer_notes(view: NoticeView, w: Words) -> list[str] | None:
    """What the member chose, and until when they may choose."""
    if not view.content.answers:
        return None
    closes = view.content.closes
    until = w.moment(closes, view.zone) if closes else ""
    notes = []
    if view.answer is not None and view.answered_at is not None:
        date = parts.day(view.answered_at, view.zone)
        notes.append(
            w.t("You chose “{answer}” on {date}.", answer=_answer_label(view, w), date=date)
        )
    if view.closed:
        if view.answer is None:
            notes.append(w.t("You did not answer."))
        notes.append(w.t("It closed on {moment}.", moment=until))
    elif view.answer is not None:
        note = w.t("You can change it until {moment}.", moment=until)
        notes.append(note if closes else w.t("You can change it."))
    elif closes:
        notes.append(w.t("You can answer until {moment}.", moment=until))
    return notes or None


def _answer_label(view: NoticeView, w: Words) -> str:
    labels = [answer.label for answer in view.content.answers if answer.id == view.answer]
    return own_name(labels[0], w) if labels else str(view.answer)


def reason(view: NoticeView, w: Words) -> str:
    """The sentence that says why this member got the notice."""
    mid = own_name(view.mid.name, w)
    audience = view.content.audience
    if audience.everyone:
        return w.t("You get this because it goes to everyone in {mid}.", mid=mid)
    if view.by_ref or not audience.licences:
        return w.t("You get this because {mid} chose you by your number there.", mid=mid)
    if not view.licence_titles:
        return w.t("You get this because it concerns a licence of {mid}.", mid=mid)
    quoted = [in_quotes(own_name(licence_title, w), w) for licence_title in view.licence_titles]
    names = w.join(quoted, "or")
    if audience.standing != "in":
        return w.t("You get this because it concerns {names}.", names=names)
    if view.sent_at is None:
        return w.t("You get this because you are in {names}.", names=names)
    return w.t("You got this because you were in {names}.", names=names)


def _answer_rows(view: NoticeView, w: Words) -> tuple[Row, ...]:
    """A button for each answer that is not the chosen one, two to a row where all labels fit."""
    if view.closed:
        return ()
    answers = [answer for answer in view.content.answers if answer.id != view.answer]
    buttons = [_answer_button(view, answer, w) for answer in answers]
    labels = [label for answer in view.content.answers for label in answer.label.values()]
    if max(map(width, labels), default=0) <= HALF_ROW_WIDTH:
        return rows_of_two(buttons)
    return tuple((button,) for button in buttons)


def _answer_button(view: NoticeView, choice: AnswerOption, w: Words) -> Button:
    target = AnswerNotice(notice=view.notice_id, answer=choice.id)
    return Button(shorten(own_name(choice.label, w)), target)


def _card_buttons(view: NoticeView, w: Words) -> list[Button]:
    """Buttons to the cards of the licences that an offer or a change of terms is about."""
    if view.content.kind not in ABOUT_LICENCES:
        return []
    titles = [own_name(licence_title, w) for licence_title in view.licence_titles]
    titles = titles or [w.p("button", "The card")] * len(view.licence_ids)
    return [
        Button(shorten(title), ShowNoticeCard(licence=licence_id, notice=view.notice_id))
        for licence_id, title in zip(view.licence_ids, titles, strict=True)
    ]


def all_notices_button(w: Words) -> Button:
    """The button to the list of notices."""
    return Button(w.p("button", "All notices"), Go(place=Place.NOTICES))


def mute_button(membership_id: str, w: Words, *, on: bool) -> Button:
    """The button that mutes a MID, or, with ``on`` false, unmutes it."""
    label = w.p("button", "Mute this MID") if on else w.p("button", "Unmute this MID")
    return Button(label, Mute(membership=membership_id, on=on))


def answered(view: NoticeView, choice: str, w: Words) -> Screen:
    """The notice after a tap on the answer with the id ``choice``, saved or too late."""
    if view.answer == choice:
        return screen(view, w, note=w.t("Saved: “{answer}”.", answer=_answer_label(view, w)))
    return screen(view, w, note=w.t("You can no longer answer this. Nothing was saved."))


def digest(views: Sequence[NoticeView], mid: Mid, w: Words, *, note: str | None = None) -> Screen:
    """Several notices of a MID as one message, with a button for each; ``note`` stands on top."""
    name = own_name(mid.name, w)
    shown, more = views[:DIGEST_TITLES], len(views) - DIGEST_TITLES
    return Screen(
        w.locale,
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
                    *[title(view, w) for view in shown],
                    *([w.n("{n} more", "{n} more", more)] if more > 0 else []),
                ]
            ),
            w.t("They come as one message, so that you get no more messages a week than is set."),
            w.t("You get this because you are in {mid}.", mid=name),
        ),
        rows=rows(
            *[_open_button(view, w) for view in shown],
            (
                all_notices_button(w),
                Button(w.p("button", "How many a week"), Go(place=Place.WEEKLY)),
            ),
            mute_button(views[0].membership_id, w, on=not views[0].muted),
        ),
    )


def title(view: NoticeView, w: Words) -> str:
    """A notice's title; one that is not in the reader's language is labelled with its own."""
    language = view.content.language_for(w.locale)
    return own_words({language: view.content.text[language].title}, w)


def _open_button(view: NoticeView, w: Words) -> Button:
    text = view.content.text[view.content.language_for(w.locale)]
    return Button(shorten(text.title), ShowNotice(notice=view.notice_id))


def muted(view: MuteView, w: Words) -> Screen:
    """That a MID was muted or unmuted, with the button that takes it back."""
    name = own_name(view.membership.mid.name, w)
    if view.muted:
        notes = [
            w.t("Saved. You get no more notices from {mid}.", mid=name),
            w.t("A breach of your data still comes, and new terms if the MID calls them urgent."),
        ]
        if view.stopped:
            notes = [notes[0], w.t("Only the news of a breach of your data still comes.")]
        notes.append(w.t("You can read the others under All notices."))
    elif view.stopped:
        notes = [
            w.t("Saved. {mid} is no longer muted.", mid=name),
            w.t("You stopped everything."),
            w.t("Only the news of a breach of your data still comes."),
        ]
    else:
        notes = [w.t("Saved. You get notices from {mid} again.", mid=name)]
    return Screen(
        w.locale,
        text=paragraphs(lines(notes)),
        rows=rows(
            mute_button(view.membership.id, w, on=not view.muted),
            all_notices_button(w),
            (parts.human(w), parts.home(w)),
        ),
    )


def maybe_duplicate_note(w: Words) -> str:
    """The note for a member who may have had the notice: a process died while it was sent."""
    return w.t("You may have had this message before.")
