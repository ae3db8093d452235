"""A draft as members will read it, for staff."""

from markupsafe import Markup

from dialogs.notice import screen as notice_screen
from dialogs.screen import Button, Screen, paragraphs, rows, rows_of_two
from dialogs.staff import draft
from dialogs.staff.callbacks import Part
from knowledge.cards.card import own_name
from locales.words import Words, words
from locales.words import own_name as name_of
from service.notices.authoring.chat_views import Sheet
from service.notices.views import NoticeView


def preview(sheet: Sheet, language: str, w: Words) -> Screen:
    """The notice as a member reads it in one language."""
    content = sheet.notice.content
    if not content.text:
        return draft.overview(sheet, w)
    language = language if language in content.text else content.language
    answers = [own_name(answer.label, words(language)) for answer in content.answers]
    others = [one for one in content.text if one != language]
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("As members read it in {language}:", language=w.language_name(language)),
            _as_read(sheet, words(language)),
            w.t("Buttons: {names}", names=w.join(answers)) if answers else None,
        ),
        rows=rows(
            *rows_of_two(
                Button(name_of(other), draft.to(sheet, Part.PREVIEW, other)) for other in others
            ),
            Button(w.p("button", "Count people"), draft.to(sheet, Part.COUNT)),
            draft.back(sheet, w),
        ),
    )


def _as_read(sheet: Sheet, w: Words) -> Markup:
    notice = sheet.notice
    view = NoticeView(
        notice_id=notice.id,
        mid=notice.mid,
        content=notice.content,
        rev=notice.rev,
        membership_id="",
        zone=notice.mid.zone,
    )
    return notice_screen(view, w).text
