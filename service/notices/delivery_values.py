"""What passes between the sender and the store: recipients to send to, and their outcomes."""

from dataclasses import dataclass
from datetime import datetime

from service.notices.values import DeferReason, NoticeOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person to send a notice to, with what the sender needs to know of them.

    ``in_doubt``: a process died while sending to them, so that they may have it already. ``tries``
    counts failed attempts. ``deferred``: they were put off before.
    """

    number: int
    membership_id: str
    member_id: str
    locale: str
    zone: str
    in_doubt: bool = False
    tries: int = 0
    deferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The outcome for one person. ``language`` is the one they got, ``rev`` the text's revision.

    A ``rev`` of 0 stands for the current one.
    """

    number: int
    outcome: NoticeOutcome
    language: str
    message_id: int = 0
    rev: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A person who gets the notice later: why, not before when, and after how many attempts.

    ``in_doubt``: a process died while sending to them; this is kept until they have an outcome.
    """

    number: int
    why: DeferReason
    until: datetime
    tries: int = 0
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class RecipientBatch:
    """The next people of a notice: whom to send to, and who is settled or deferred without it.

    ``upto`` is the number up to which the audience was read; None when nobody is left.
    """

    send: tuple[Recipient, ...] = ()
    settled: tuple[Settled, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    upto: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeBatch:
    """What one commit writes about one notice.

    ``trying`` are deferred people who are about to be sent to, ``unsent`` those who were and then
    did not get it after all. ``put_off`` are the people of ``settled`` and ``deferred`` who have a
    row in the table of the deferred; None: not known, any of them may. ``settled_upto`` and
    ``send_upto`` are as in ``Notice``; None leaves them unchanged. ``again``: an earlier attempt
    may have been committed although its answer was lost, so outcomes already stored are skipped.
    """

    settled: tuple[Settled, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    trying: tuple[int, ...] = ()
    put_off: tuple[int, ...] | None = None
    unsent: tuple[int, ...] = ()
    settled_upto: int | None = None
    send_upto: int | None = None
    again: bool = False
