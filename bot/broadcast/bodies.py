"""What a notice says to each of many people: made once for all who read the same."""

from datetime import datetime

from bot.telegram import outbound
from dialogs import notice as dialog
from locales.words import words
from service.ids import new_id
from service.notices.delivery import cases as delivery
from service.notices.delivery.cases import NoticeLicences
from service.notices.delivery_values import Recipient
from service.notices.values import Notice

# Stands for the membership in what is kept: people who read the same differ in nothing else.
_SOMEBODY = new_id("mbr")


class MessageBodies:
    """The bodies of one notice, by all that makes a difference in them."""

    def __init__(self, about: NoticeLicences) -> None:
        self._about = about
        self._kept: dict[tuple[int, str, str, bool, bool], list[str]] = {}

    def to(self, notice: Notice, recipient: Recipient, now: datetime, *, paid: bool) -> str:
        """The body for a person, but for their chat."""
        closes = notice.content.closes
        # Only an end of the answers is told in the reader's own time.
        zone, closed = (recipient.zone, now >= closes) if closes else ("", False)
        key = (notice.rev, recipient.locale, zone, closed, recipient.in_doubt)
        if key not in self._kept:
            self._kept[key] = self._made(notice, recipient, now, paid=paid).split(_SOMEBODY)
        return recipient.membership_id.join(self._kept[key])

    def _made(self, notice: Notice, recipient: Recipient, now: datetime, *, paid: bool) -> str:
        w = words(recipient.locale)
        view = delivery.build_first_view(notice, _SOMEBODY, recipient.zone, self._about, now)
        note = dialog.maybe_duplicate_note(w) if recipient.in_doubt else None
        return outbound.message_body(dialog.screen(view, w, note=note), paid=paid)
