"""Choosing when a draft is sent, and until when it can be answered."""

from collections.abc import Sequence
from datetime import datetime

from dialogs.screen import Button, Screen, paragraphs, rows
from dialogs.staff import labels
from dialogs.staff.callbacks import NO_MOMENT, ChangeDraft, DraftField, NoticePart
from dialogs.staff.draft import back_buttons, heading
from locales.words import Words
from service.notices.authoring.chat_views import StaffNoticeView


def question(view: StaffNoticeView, which: NoticePart, w: Words) -> Screen:
    """Ask when the draft is sent, or until when it can be answered: ``SEND_AT`` or ``CLOSES``."""
    if which is NoticePart.CLOSES:
        text, none = w.t("Until when can people answer?"), w.p("button", "No end")
        return _screen(view, w, text, none, DraftField.CLOSES, view.evenings)
    text, none = w.t("When does it go out?"), w.p("button", "Once approved")
    return _screen(view, w, text, none, DraftField.SEND_AT, view.mornings)


def _screen(
    view: StaffNoticeView,
    w: Words,
    text: str,
    none: str,
    field: DraftField,
    moments: Sequence[datetime],
) -> Screen:
    notice = view.notice

    def button(label: str, value: str) -> Button:
        return Button(label, ChangeDraft(notice=notice.id, field=field, value=value))

    return Screen(
        w.locale,
        text=paragraphs(heading(notice, w), labels.times(notice, w) or None, text),
        rows=rows(
            button(none, NO_MOMENT),
            *[
                button(w.short_moment(moment, notice.mid.zone), str(int(moment.timestamp())))
                for moment in moments
            ],
            back_buttons(view, w),
        ),
    )
