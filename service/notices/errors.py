"""Errors of notices: changes and approvals that are refused."""

from service.errors import MidlineError
from service.notices.values import AudienceCount


class NoticeRefusedError(MidlineError):
    """A change or an approval was refused; the text says why and, where it can, the mend."""

    key = "notice"


class SamePersonError(NoticeRefusedError):
    """The person who approved a notice first cannot be the second approver too."""


class TextChangedError(NoticeRefusedError):
    """The notice was changed after the approver had seen it. Nothing was sent."""


class CountChangedError(NoticeRefusedError):
    """The audience has another size than the one approved. Nothing was sent."""

    def __init__(self, approved: int, counted: AudienceCount) -> None:
        super().__init__(
            f"it would reach {counted.total} people now, and {approved} were approved. "
            "Look at the count and approve it again."
        )
        self.counted = counted
