"""The dependencies that every use case takes as its first argument."""

from dataclasses import dataclass

from service.clock import Clock
from service.db.database import Database


@dataclass(frozen=True, slots=True)
class Deps:
    """The store and the clock."""

    db: Database
    clock: Clock
