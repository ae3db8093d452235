"""What passes between the sender and the store: whose turn it is, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from service.notices.values import Hold, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person whose turn has come. ``in_doubt`` when a process died while sending to them."""

    number: int
    membership_id: str
    member_id: str
    locale: str
    zone: str
    in_doubt: bool = False
    tries: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one person's turn. ``language`` is the one they read, ``rev`` the text."""

    number: int
    outcome: Outcome
    language: str
    message_id: int = 0
    rev: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A person put off, until when, and after how many tries.

    ``in_doubt`` when a process died while sending to them: that stays known until they have it.
    """

    number: int
    why: Hold
    until: datetime
    tries: int = 0
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What the next people of a notice get: sent to, settled without sending, or put off.

    ``upto`` is the number up to which this looked; None when nobody is left.
    """

    send: tuple[Recipient, ...] = ()
    settled: tuple[Settled, ...] = ()
    held: tuple[Held, ...] = ()
    upto: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one commit says about one notice: outcomes, people put off, how far it has come.

    ``trying`` are held people who are about to be sent to, ``put_off`` those of the others who
    were held until now, None where it is not known who; ``unhurt`` are held people who were about
    to be sent to, and were not. ``floor`` and ``intent`` are as in
    ``Notice``; None leaves them. ``again`` when a commit with some of it may have been done, of
    which the answer was lost.
    """

    settled: tuple[Settled, ...] = ()
    held: tuple[Held, ...] = ()
    trying: tuple[int, ...] = ()
    put_off: tuple[int, ...] | None = None
    unhurt: tuple[int, ...] = ()
    floor: int | None = None
    intent: int | None = None
    again: bool = False
