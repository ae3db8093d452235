"""The preview of a draft, for staff: the text as members will read it."""

from markupsafe import Markup

from dialogs.notice import screen as notice_screen
from dialogs.screen import Button, Screen, paragraphs, rows, rows_of_two
from dialogs.staff import draft
from dialogs.staff.callbacks import NoticePart
from knowledge.cards.card import own_name
from locales.words import Words, words
from locales.words import own_name as name_of
from service.notices.authoring.chat_views import StaffNoticeView
from service.notices.values import Notice
from service.notices.views import NoticeView


def preview(view: StaffNoticeView, language: str, w: Words) -> Screen:
    """Show the notice as members read it in a language, or in the original where it has no such.

    A draft without any text shows its overview.
    """
    content = view.notice.content
    if not content.text:
        return draft.overview(view, w)
    language = language if language in content.text else content.language
    answers = [own_name(answer.label, words(language)) for answer in content.answers]
    others = [other for other in content.text if other != language]
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("As members read it in {language}:", language=w.language_name(language)),
            _as_read(view.notice, words(language)),
            w.t("Buttons: {names}", names=w.join(answers)) if answers else None,
        ),
        rows=rows(
            *rows_of_two(
                Button(name_of(other), draft.part_callback(view, NoticePart.PREVIEW, other))
                for other in others
            ),
            Button(w.p("button", "Count people"), draft.part_callback(view, NoticePart.COUNT)),
            draft.back_buttons(view, w),
        ),
    )


def _as_read(notice: Notice, w: Words) -> Markup:
    view = NoticeView(
        notice_id=notice.id,
        mid=notice.mid,
        content=notice.content,
        rev=notice.rev,
        membership_id="",
        zone=notice.mid.zone,
    )
    return notice_screen(view, w).text
