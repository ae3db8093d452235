"""The errors that Midline raises on purpose. Each class has a key of a message to the member."""

from typing import ClassVar


class MidlineError(Exception):
    """Base of every deliberate refusal. The text is for the operator, ``key`` for the member."""

    key: ClassVar[str] = "trouble"


class NotFoundError(MidlineError):
    """The thing does not exist or does not belong to this member; callers cannot tell which."""

    key = "not_yours"


class StoreError(MidlineError):
    """The store cannot be opened or is not valid. The text says why, and how to fix it."""

    key = "store"


class ImportRefusedError(MidlineError):
    """A bundle contradicts what is already stored. ``problems`` holds one sentence for each."""

    key = "import"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
