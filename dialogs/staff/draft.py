"""A draft in the chat, for staff: its texts, whom it is for, and how members will read it."""

from markupsafe import Markup

from dialogs import parts
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, rows_of_two, shorten
from dialogs.staff import labels
from dialogs.staff.callbacks import AskText, Part, SetSheet, ShowDesk, ShowSheet, StopNotice
from knowledge.cards.card import own_name
from locales.words import Words
from locales.words import own_name as name_of
from service.licences.values import Licence
from service.notices.authoring.chat_views import (
    ANSWERS_ON,
    CHAT_KINDS,
    EVERYONE,
    LONGEST_BODY,
    LONGEST_TITLE,
    Field,
    Said,
    Sheet,
)
from service.notices.values import Notice, Status

LICENCES_SHOWN = 8
NAME = 32


def head(notice: Notice, w: Words) -> Markup:
    """Whose notice it is, and its title."""
    return lines([bold(own_name(notice.mid.name, w)), bold(labels.title(notice, w))])


def note(sheet: Sheet, w: Words) -> str | None:
    """What has just happened."""
    says = {
        Said.SAVED: w.t("Saved."),
        Said.NO_BODY: w.t("The first line is the title, the text comes below. Nothing was saved."),
        Said.TOO_LONG: w.t(
            "A title has at most {title} letters, a text {body}. Nothing was saved.",
            title=LONGEST_TITLE,
            body=LONGEST_BODY,
        ),
        Said.STRANGE: w.t("It holds signs that cannot be shown. Nothing was saved."),
        Said.COUNT_CHANGED: w.t("The number has changed. Nobody has got it."),
        Said.TEXT_CHANGED: w.t("Somebody has changed it. Look at it again. Nobody has got it."),
        Said.SAME_PERSON: w.t("You have approved it already. A second person has to."),
        Said.NOBODY: w.t("It says nothing yet, or it is for nobody."),
        Said.NOT_A_DRAFT: w.t("It is no draft any more. Nothing was changed."),
    }
    return says.get(sheet.said)


def overview(sheet: Sheet, w: Words) -> Screen:
    """What the draft holds and what is missing."""
    notice = sheet.notice
    content = notice.content
    missing = [language for language in notice.mid.languages if language not in content.text]
    on = bool(content.answers)
    return Screen(
        w.locale,
        text=paragraphs(
            note(sheet, w),
            head(notice, w),
            labels.state(notice, w),
            [
                w.t("Kind: {kind}", kind=labels.kind(content.kind, w)),
                w.t("For: {audience}", audience=labels.audience(notice, sheet.licences, w)),
                *(
                    [w.t("Written in: {names}", names=_names(content.text, w))]
                    * bool(content.text)
                ),
                *([w.t("Not written in: {names}", names=_names(missing, w))] * bool(missing)),
                w.t("Answers: yes and no") if on else w.t("Answers: none"),
                *labels.times(notice, w),
            ],
            None
            if sheet.complete
            else w.t("It needs a text, and somebody it is for. Then it can be counted."),
        ),
        rows=rows(
            (
                Button(w.p("button", "Texts"), to(sheet, Part.TEXTS)),
                Button(w.p("button", "Who it is for"), to(sheet, Part.AUDIENCE)),
            ),
            (
                Button(w.p("button", "Kind"), to(sheet, Part.KIND)),
                Button(
                    w.p("button", "Without answers") if on else w.p("button", "With yes and no"),
                    SetSheet(
                        notice=notice.id, field=Field.ANSWERS, value="off" if on else ANSWERS_ON
                    ),
                ),
            ),
            (
                Button(w.p("button", "Date"), to(sheet, Part.SEND_AT)),
                *([Button(w.p("button", "Answers until"), to(sheet, Part.CLOSES))] * on),
            ),
            (
                Button(w.p("button", "Preview"), to(sheet, Part.PREVIEW)),
                Button(w.p("button", "Count people"), to(sheet, Part.COUNT)),
            )
            if sheet.complete
            else None,
            Button(w.p("button", "Drop this draft"), StopNotice(notice=notice.id)),
            (Button(w.p("button", "All notices"), ShowDesk()), parts.home(w)),
        ),
    )


def _names(languages: object, w: Words) -> str:
    assert isinstance(languages, dict | list)
    return w.join([w.language_name(language) for language in languages])


def to(sheet: Sheet, part: Part, at: str = "") -> ShowSheet:
    """A part of this notice."""
    return ShowSheet(notice=sheet.notice.id, part=part, at=at)


def back(sheet: Sheet, w: Words) -> tuple[Button, ...]:
    """Back to the notice as a whole, and home."""
    return (Button(w.p("button", "Back"), to(sheet, Part.OVERVIEW)), parts.home(w))


def texts(sheet: Sheet, w: Words) -> Screen:
    """The languages of the MID: which are written, and a way to write each."""
    notice = sheet.notice
    written = notice.content.text
    out = notice.status is not Status.DRAFT
    return Screen(
        w.locale,
        text=paragraphs(
            note(sheet, w),
            head(notice, w),
            [
                w.t("{language}: written", language=w.language_label(language))
                if language in written
                else w.t("{language}: not written", language=w.language_label(language))
                for language in notice.mid.languages
            ],
            w.t("Who reads another language gets the original."),
            w.t("Messages that are out will show the new text.") if out else None,
        ),
        rows=rows(
            *rows_of_two(
                Button(name_of(language), AskText(notice=notice.id, language=language))
                for language in notice.mid.languages
            ),
            back(sheet, w),
        ),
    )


def prompt(sheet: Sheet, language: str, w: Words) -> Screen:
    """Ask for the text in one language; the reply to this message is the text."""
    return Screen(
        w.locale,
        text=paragraphs(
            bold(own_name(sheet.notice.mid.name, w)),
            w.t("Text in {language}:", language=w.language_name(language)),
            w.t("Reply to this message. The first line is the title, the text comes below."),
        ),
        rows=(),
        asks=True,
    )


def _short(licence: Licence, w: Words) -> str:
    return shorten(own_name(licence.terms.title, w), NAME)


def kinds(sheet: Sheet, w: Words) -> Screen:
    """What it is about."""
    return Screen(
        w.locale,
        text=paragraphs(
            head(sheet.notice, w),
            w.t("Kind: {kind}", kind=labels.kind(sheet.notice.content.kind, w)),
            w.t("Only a data breach reaches people at night."),
        ),
        rows=rows(
            *rows_of_two(
                Button(
                    labels.kind(one, w),
                    SetSheet(notice=sheet.notice.id, field=Field.KIND, value=one.value),
                )
                for one in CHAT_KINDS
            ),
            back(sheet, w),
        ),
    )


def audience(sheet: Sheet, w: Words) -> Screen:
    """Whom it is for: everyone, or the people of one licence."""
    shown = sheet.licences[:LICENCES_SHOWN]
    notice_id = sheet.notice.id
    return Screen(
        w.locale,
        text=paragraphs(
            head(sheet.notice, w),
            w.t("For: {audience}", audience=labels.audience(sheet.notice, sheet.licences, w)),
            [
                w.t("“In” is who is in a licence now."),
                w.t("“All” is everyone who can be in it, in or out."),
            ],
            w.t("For other licences, send a file.") if len(shown) < len(sheet.licences) else None,
        ),
        rows=rows(
            Button(
                w.p("button", "Everyone"),
                SetSheet(notice=notice_id, field=Field.EVERYONE, value=EVERYONE),
            ),
            *[
                Button(label, SetSheet(notice=notice_id, field=field, value=one.id))
                for one in shown
                for field, label in (
                    (Field.IN, w.p("button", "In: {name}", name=_short(one, w))),
                    (Field.ANY, w.p("button", "All: {name}", name=_short(one, w))),
                )
            ],
            back(sheet, w),
        ),
    )
