"""What an import did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing an import changed.

    ``fields`` names what differs; ``material`` those among them that put everyone who is in on
    hold until they say yes again.
    """

    what: str
    how: str
    fields: tuple[str, ...] = ()
    material: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import changed, and what it left alone on purpose. No changes: all was known."""

    mid_id: str
    changes: tuple[Change, ...]
    left_alone: tuple[str, ...]
