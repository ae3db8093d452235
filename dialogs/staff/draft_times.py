"""When a draft goes out, and until when it can be answered: one question each."""

from collections.abc import Sequence
from datetime import datetime

from dialogs.screen import Button, Screen, paragraphs, rows
from dialogs.staff import labels
from dialogs.staff.callbacks import Part, SetSheet
from dialogs.staff.draft import back, head
from locales.words import Words
from service.notices.authoring.chat_views import NO_MOMENT, Field, Sheet


def asked(sheet: Sheet, which: Part, w: Words) -> Screen:
    """When it goes out, or until when people can answer."""
    if which is Part.CLOSES:
        question, none = w.t("Until when can people answer?"), w.p("button", "No end")
        return _screen(sheet, w, question, none, Field.CLOSES, sheet.evenings)
    question, none = w.t("When does it go out?"), w.p("button", "Once approved")
    return _screen(sheet, w, question, none, Field.SEND_AT, sheet.mornings)


def _screen(
    sheet: Sheet, w: Words, question: str, none: str, field: Field, moments: Sequence[datetime]
) -> Screen:
    notice = sheet.notice

    def button(label: str, value: str) -> Button:
        return Button(label, SetSheet(notice=notice.id, field=field, value=value))

    return Screen(
        w.locale,
        text=paragraphs(head(notice, w), labels.times(notice, w) or None, question),
        rows=rows(
            button(none, NO_MOMENT),
            *[
                button(w.short_moment(moment, notice.mid.zone), str(int(moment.timestamp())))
                for moment in moments
            ],
            back(sheet, w),
        ),
    )
