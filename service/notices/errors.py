"""Why a notice cannot do what is asked of it."""

from service.errors import MidlineError
from service.notices.values import Counted


class NoticeRefusedError(MidlineError):
    """A notice cannot do what is asked of it. The text says why and the mend."""

    key = "notice"


class SamePersonError(NoticeRefusedError):
    """Whoever approved it first cannot be the second person too."""


class TextChangedError(NoticeRefusedError):
    """Somebody changed it after it was looked at. Nothing was sent."""


class CountChangedError(NoticeRefusedError):
    """The number that was approved is not the number of people any more. Nothing was sent."""

    def __init__(self, approved: int, counted: Counted) -> None:
        super().__init__(
            f"it would reach {counted.total} people now, and {approved} were approved. "
            "Look at the count and approve it again."
        )
        self.counted = counted
