"""The report of an import."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChange:
    """One thing that an import changed.

    ``what`` names it, as in "licence lifting-robot", and ``how`` says how it changed. ``fields``
    are those that differ; ``material`` those of them whose change needs a new yes of every member.
    """

    what: str
    how: str
    fields: tuple[str, ...] = ()
    material: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import changed, and what is stored but not in the file and was left as it is."""

    mid_id: str
    changes: tuple[ImportChange, ...]
    left_alone: tuple[str, ...]
