"""Callback data of staff's buttons, and the change of a draft that it stands for.

As in ``dialogs.callbacks`` a button carries a target, and nothing of who is acting. Telegram
allows 64 bytes, so the codes are short.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from aiogram.filters.callback_data import CallbackData

from dialogs.staff.labels import yes_and_no
from service.errors import NotFoundError
from service.notices.authoring.patch import AudiencePatch, NoticePatch
from service.notices.values import NoticeKind

EVERYONE = "all"
ANSWERS_ON = "on"
ANSWERS_OFF = "off"
NO_MOMENT = "0"


class NoticePart(StrEnum):
    """A screen about one notice."""

    OVERVIEW = "o"
    TEXTS = "t"
    AUDIENCE = "a"
    KIND = "k"
    SEND_AT = "s"
    CLOSES = "u"
    PREVIEW = "p"
    COUNT = "c"


class DraftField(StrEnum):
    """What a button can change of a draft."""

    KIND = "k"  # value: a kind
    EVERYONE = "e"  # value: all
    IN = "i"  # value: the id of a licence; for members who are in it
    ANY = "y"  # value: the id of a licence; for members it is offered to, in or not
    ANSWERS = "a"  # value: on for yes and no, or anything else for none
    SEND_AT = "s"  # value: a moment in seconds since 1970, or 0 for once it is approved
    CLOSES = "u"  # value: a moment in seconds since 1970, or 0 for no end


class ShowStaffOverview(CallbackData, prefix="ad1"):
    """Show the MIDs for which the member is staff, and their newest notices."""


class NewNotice(CallbackData, prefix="an1"):
    """Begin a draft for a MID."""

    mid: str


class ShowStaffNotice(CallbackData, prefix="as1"):
    """Show a screen about a notice; ``at`` is the language of a preview."""

    notice: str
    part: NoticePart
    at: str = ""


class ChangeDraft(CallbackData, prefix="ae1"):
    """Change one field of a draft; ``read_patch`` says what ``value`` stands for."""

    notice: str
    field: DraftField
    value: str


class AskText(CallbackData, prefix="at1"):
    """Ask staff to type the text in one language."""

    notice: str
    language: str


class ApproveNotice(CallbackData, prefix="aa1"):
    """Approve a notice for ``total`` people; ``seen`` is the digest of the content shown."""

    notice: str
    total: int
    seen: str


class StopNotice(CallbackData, prefix="ax1"):
    """Stop a notice, or drop a draft."""

    notice: str


class ResumeNotice(CallbackData, prefix="ar1"):
    """Resume a paused notice."""

    notice: str


def read_patch(change: ChangeDraft) -> NoticePatch:
    """Read which change of a draft a button stands for.

    Raises:
        NotFoundError: the value stands for nothing, as in a button that nobody was shown.
    """
    value = change.value
    match change.field:
        case DraftField.KIND:
            return NoticePatch(kind=_read_kind(value))
        case DraftField.EVERYONE:
            return NoticePatch(audience=AudiencePatch(everyone=True))
        case DraftField.IN | DraftField.ANY as field:
            standing: Literal["in", "any"] = "in" if field is DraftField.IN else "any"
            return NoticePatch(audience=AudiencePatch(licence_ids=(value,), standing=standing))
        case DraftField.ANSWERS:
            return NoticePatch(answers=yes_and_no() if value == ANSWERS_ON else ())
        case DraftField.SEND_AT:
            return NoticePatch(send_at=_read_moment(value))
        case DraftField.CLOSES:
            return NoticePatch(closes=_read_moment(value))


def _read_kind(value: str) -> NoticeKind:
    try:
        return NoticeKind(value)
    except ValueError:
        raise NotFoundError(f"no kind {value!r} of a notice") from None


def _read_moment(value: str) -> datetime | None:
    if value == NO_MOMENT:
        return None
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        raise NotFoundError(f"{value!r} is no moment that was offered") from None
