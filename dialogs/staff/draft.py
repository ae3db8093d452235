"""A draft in the chat, for staff: its overview, texts, kind and audience."""

from collections.abc import Iterable

from markupsafe import Markup

from dialogs import parts
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, rows_of_two, shorten
from dialogs.staff import labels
from dialogs.staff.callbacks import (
    ANSWERS_OFF,
    ANSWERS_ON,
    EVERYONE,
    AskText,
    ChangeDraft,
    DraftField,
    NoticePart,
    ShowStaffNotice,
    ShowStaffOverview,
    StopNotice,
)
from knowledge.cards.card import own_name
from locales.words import Words
from locales.words import own_name as name_of
from service.licences.values import Licence
from service.notices.authoring.chat_views import (
    CHAT_KINDS,
    MAX_BODY,
    MAX_TITLE,
    DraftEvent,
    StaffNoticeView,
)
from service.notices.values import Notice, NoticeStatus

LICENCES_SHOWN = 8
NAME = 32


def heading(notice: Notice, w: Words) -> Markup:
    """The MID's name and the notice's title."""
    return lines([bold(own_name(notice.mid.name, w)), bold(labels.title(notice, w))])


def event_note(view: StaffNoticeView, w: Words) -> str | None:
    """What the last action did, or why it did nothing; None where the screen tells it anyway."""
    notes = {
        DraftEvent.SAVED: w.t("Saved."),
        DraftEvent.NO_BODY: w.t(
            "The first line is the title, the text comes below. Nothing was saved."
        ),
        DraftEvent.TOO_LONG: w.t(
            "A title has at most {title} letters, a text {body}. Nothing was saved.",
            title=MAX_TITLE,
            body=MAX_BODY,
        ),
        DraftEvent.STRANGE: w.t("It holds signs that cannot be shown. Nothing was saved."),
        DraftEvent.COUNT_CHANGED: w.t("The number has changed. Nobody has got it."),
        DraftEvent.TEXT_CHANGED: w.t(
            "Somebody has changed it. Look at it again. Nobody has got it."
        ),
        DraftEvent.SAME_PERSON: w.t("You have approved it already. A second person has to."),
        DraftEvent.NOBODY: w.t("It says nothing yet, or it is for nobody."),
        DraftEvent.NOT_A_DRAFT: w.t("It is no draft any more. Nothing was changed."),
    }
    return notes.get(view.event)


def overview(view: StaffNoticeView, w: Words) -> Screen:
    """Show the whole draft, what is missing, and a way to every part."""
    notice = view.notice
    content = notice.content
    missing = [language for language in notice.mid.languages if language not in content.text]
    on = bool(content.answers)
    return Screen(
        w.locale,
        text=paragraphs(
            event_note(view, w),
            heading(notice, w),
            labels.state(notice, w),
            [
                w.t("Kind: {kind}", kind=labels.kind(content.kind, w)),
                w.t("For: {audience}", audience=labels.audience(notice, view.licences, w)),
                *(
                    [w.t("Written in: {names}", names=_names(content.text, w))]
                    * bool(content.text)
                ),
                *([w.t("Not written in: {names}", names=_names(missing, w))] * bool(missing)),
                w.t("Answers: yes and no") if on else w.t("Answers: none"),
                *labels.times(notice, w),
            ],
            None
            if view.complete
            else w.t("It needs a text, and somebody it is for. Then it can be counted."),
        ),
        rows=rows(
            (
                Button(w.p("button", "Texts"), part_callback(view, NoticePart.TEXTS)),
                Button(w.p("button", "Who it is for"), part_callback(view, NoticePart.AUDIENCE)),
            ),
            (
                Button(w.p("button", "Kind"), part_callback(view, NoticePart.KIND)),
                Button(
                    w.p("button", "Without answers") if on else w.p("button", "With yes and no"),
                    ChangeDraft(
                        notice=notice.id,
                        field=DraftField.ANSWERS,
                        value=ANSWERS_OFF if on else ANSWERS_ON,
                    ),
                ),
            ),
            (
                Button(w.p("button", "Date"), part_callback(view, NoticePart.SEND_AT)),
                *(
                    [
                        Button(
                            w.p("button", "Answers until"), part_callback(view, NoticePart.CLOSES)
                        )
                    ]
                    * on
                ),
            ),
            (
                Button(w.p("button", "Preview"), part_callback(view, NoticePart.PREVIEW)),
                Button(w.p("button", "Count people"), part_callback(view, NoticePart.COUNT)),
            )
            if view.complete
            else None,
            Button(w.p("button", "Drop this draft"), StopNotice(notice=notice.id)),
            (Button(w.p("button", "All notices"), ShowStaffOverview()), parts.home(w)),
        ),
    )


def _names(languages: Iterable[str], w: Words) -> str:
    return w.join([w.language_name(language) for language in languages])


def part_callback(view: StaffNoticeView, part: NoticePart, at: str = "") -> ShowStaffNotice:
    """The callback that shows a part of this notice; ``at`` is the language of a preview."""
    return ShowStaffNotice(notice=view.notice.id, part=part, at=at)


def back_buttons(view: StaffNoticeView, w: Words) -> tuple[Button, ...]:
    """Buttons back to the overview and home."""
    return (Button(w.p("button", "Back"), part_callback(view, NoticePart.OVERVIEW)), parts.home(w))


def texts(view: StaffNoticeView, w: Words) -> Screen:
    """Show which of the MID's languages have a text, with a button to write each."""
    notice = view.notice
    written = notice.content.text
    is_sent = notice.status is not NoticeStatus.DRAFT
    return Screen(
        w.locale,
        text=paragraphs(
            event_note(view, w),
            heading(notice, w),
            [
                w.t("{language}: written", language=w.language_label(language))
                if language in written
                else w.t("{language}: not written", language=w.language_label(language))
                for language in notice.mid.languages
            ],
            w.t("Who reads another language gets the original."),
            w.t("Messages that are out will show the new text.") if is_sent else None,
        ),
        rows=rows(
            *rows_of_two(
                Button(name_of(language), AskText(notice=notice.id, language=language))
                for language in notice.mid.languages
            ),
            back_buttons(view, w),
        ),
    )


def prompt(view: StaffNoticeView, language: str, w: Words) -> Screen:
    """Ask for the text in one language: it is typed as a reply to this message."""
    return Screen(
        w.locale,
        text=paragraphs(
            bold(own_name(view.notice.mid.name, w)),
            w.t("Text in {language}:", language=w.language_name(language)),
            w.t("Reply to this message. The first line is the title, the text comes below."),
        ),
        rows=(),
        asks=True,
    )


def _short(licence: Licence, w: Words) -> str:
    return shorten(own_name(licence.terms.title, w), NAME)


def kinds(view: StaffNoticeView, w: Words) -> Screen:
    """Choose what the notice is about."""
    return Screen(
        w.locale,
        text=paragraphs(
            heading(view.notice, w),
            w.t("Kind: {kind}", kind=labels.kind(view.notice.content.kind, w)),
            w.t("Only a data breach reaches people at night."),
        ),
        rows=rows(
            *rows_of_two(
                Button(
                    labels.kind(kind, w),
                    ChangeDraft(notice=view.notice.id, field=DraftField.KIND, value=kind.value),
                )
                for kind in CHAT_KINDS
            ),
            back_buttons(view, w),
        ),
    )


def audience(view: StaffNoticeView, w: Words) -> Screen:
    """Choose whom the notice is for: everyone, or members by one licence."""
    shown = view.licences[:LICENCES_SHOWN]
    notice_id = view.notice.id
    return Screen(
        w.locale,
        text=paragraphs(
            heading(view.notice, w),
            w.t("For: {audience}", audience=labels.audience(view.notice, view.licences, w)),
            [
                w.t("“In” is who is in a licence now."),
                w.t("“All” is everyone who can be in it, in or out."),
            ],
            w.t("For other licences, send a file.") if len(shown) < len(view.licences) else None,
        ),
        rows=rows(
            Button(
                w.p("button", "Everyone"),
                ChangeDraft(notice=notice_id, field=DraftField.EVERYONE, value=EVERYONE),
            ),
            *[
                Button(label, ChangeDraft(notice=notice_id, field=field, value=licence.id))
                for licence in shown
                for field, label in (
                    (DraftField.IN, w.p("button", "In: {name}", name=_short(licence, w))),
                    (DraftField.ANY, w.p("button", "All: {name}", name=_short(licence, w))),
                )
            ],
            back_buttons(view, w),
        ),
    )
