"""What the buttons of staff carry. As in ``callbacks``: targets, and nothing of who is acting."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from service.notices.authoring.chat_views import Field


class Part(StrEnum):
    """A screen about one notice."""

    OVERVIEW = "o"
    TEXTS = "t"
    AUDIENCE = "a"
    KIND = "k"
    SEND_AT = "s"
    CLOSES = "u"
    PREVIEW = "p"
    COUNT = "c"


class ShowDesk(CallbackData, prefix="ad1"):
    """Show where one is staff, and the newest notices there."""


class NewNotice(CallbackData, prefix="an1"):
    """Begin a notice of a MID."""

    mid: str


class ShowSheet(CallbackData, prefix="as1"):
    """Show a part of a notice; ``at`` is a language."""

    notice: str
    part: Part
    at: str = ""


class SetSheet(CallbackData, prefix="ae1"):
    """Change one thing of a draft."""

    notice: str
    field: Field
    value: str


class AskText(CallbackData, prefix="at1"):
    """Ask for the text in one language."""

    notice: str
    language: str


class Approve(CallbackData, prefix="aa1"):
    """Approve this number of people for what was seen."""

    notice: str
    total: int
    seen: str


class StopNotice(CallbackData, prefix="ax1"):
    """Send it to nobody else."""

    notice: str


class ResumeNotice(CallbackData, prefix="ar1"):
    """Go on after it was paused."""

    notice: str
