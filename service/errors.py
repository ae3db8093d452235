"""What can go wrong, as one tree. Each class names a message key that screens turn into words."""

from typing import ClassVar


class MidlineError(Exception):
    """Anything Midline refuses on purpose. The text is for the operator."""

    key: ClassVar[str] = "trouble"


class NotFoundError(MidlineError):
    """The thing does not exist, or is not this member's. The two are never told apart."""

    key = "not_yours"


class StoreError(MidlineError):
    """The store cannot be opened or is not what it should be. The text says what and the mend."""

    key = "store"


class ImportRefusedError(MidlineError):
    """A bundle contradicts what is already stored. ``problems`` is one sentence each."""

    key = "import"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
