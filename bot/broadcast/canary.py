"""The first wave of a notice: a few people, and a look at what became of them before the rest."""

from service.notices import rules
from service.notices.values import Notice


class Canary:
    """Counts who was tried, until the first wave is full and was looked at."""

    def __init__(self, notice: Notice) -> None:
        self.tried = rules.count_attempted(notice)
        self.doubted = 0
        self._most: int | None = rules.canary_size(notice.total)
        # At exactly so many a process may have died before it looked.
        if notice.canary_waived or self.tried > self._most or notice.total <= self._most:
            self._most = None

    @property
    def full(self) -> bool:
        """Whether nobody else may be sent to before a look."""
        return self._most is not None and self.tried >= self._most

    def passes(self, notice: Notice) -> bool:
        """Whether the rest may follow at once. If not, a person decides, and this asks no more."""
        self._most = None
        return not rules.canary_failed(notice, self.doubted)
