"""The list of the notices that a member was sent, newest first, and the search in it."""

from dialogs import parts
from dialogs.callbacks import Go, Place, ShowNotice, ShowNotices
from dialogs.notice import title
from dialogs.screen import Button, Row, Screen, bold, lines, paragraphs, rows, shorten
from knowledge.cards.card import own_name
from locales.words import Words
from service.notices.views import InboxPage, NoticeView

# What Telegram's 64 bytes of callback data leave for the words of a search.
SEARCH_BYTES = 37
SEARCH_SHOWN = 60


def screen(view: InboxPage, w: Words) -> Screen:
    """A page of notices. A search too long for a button has one page only, and says so."""
    has_pages = _fits_button(view.search)
    return Screen(
        w.locale,
        text=paragraphs(
            lines([bold(w.t("All notices")), *_search_note(view, w)]),
            lines([_item(notice, w) for notice in view.notices]) if view.notices else None,
            _end_note(view, w),
            _cut_note(w) if view.older and not has_pages else None,
            _search_hint(view, w),
        ),
        rows=rows(
            *[
                Button(shorten(_button_title(notice, w)), ShowNotice(notice=notice.notice_id))
                for notice in view.notices
            ],
            _page_buttons(view, w) if has_pages else (),
            Button(w.p("button", "All notices"), Go(place=Place.NOTICES)) if view.search else None,
            (parts.human(w), parts.home(w)),
        ),
    )


def _search_note(view: InboxPage, w: Words) -> list[str]:
    if not view.search:
        return []
    words = shorten(view.search, SEARCH_SHOWN)
    if view.notices or view.older or view.newer:
        return [w.t("Notices with these words: {words}", words=words)]
    return [w.t("No notice has these words: {words}", words=words)]


def _end_note(view: InboxPage, w: Words) -> str | None:
    """The note on a page that is not full: how far back it looked, or that nothing is older."""
    if view.upto is not None:
        # NOTE: {date} is how far back this page has looked.
        date = parts.day(view.upto, view.zone)
        return w.t("This goes back to {date}. There may be more before that.", date=date)
    if view.newer and not view.notices:
        return w.t("There is nothing older.")
    return None


def _item(notice: NoticeView, w: Words) -> str:
    mid = own_name(notice.mid.name, w)
    if notice.sent_at is None:
        # NOTE: A line of a list. {mid} is the MID that sent it, {title} what it is called.
        return w.t("{mid}: {title}", mid=mid, title=title(notice, w))
    date = parts.day(notice.sent_at, notice.zone)
    return w.t("{date}, {mid}: {title}", date=date, mid=mid, title=title(notice, w))


def _button_title(notice: NoticeView, w: Words) -> str:
    return notice.content.text[notice.content.language_for(w.locale)].title


def _search_hint(view: InboxPage, w: Words) -> str:
    if not (view.notices or view.older or view.newer or view.search):
        return w.t("No MID has sent you a notice yet.")
    return w.t("To search, write {command} and a word.", command="/notices")


def _cut_note(w: Words) -> str:
    return w.t("Only the newest are shown. A shorter search shows the rest.")


def _fits_button(search: str) -> bool:
    """Whether a search fits callback data, in which a colon separates the fields."""
    return len(search.encode()) <= SEARCH_BYTES and ":" not in search


def _page_buttons(view: InboxPage, w: Words) -> Row:
    return tuple(
        Button(label, ShowNotices(than=than, newer=newer, search=view.search))
        for label, than, newer in (
            (w.p("button", "Newer"), view.newer, True),
            (w.p("button", "Older"), view.older, False),
        )
        if than
    )
