"""Who gets a notice and when. Pure: everything comes as an argument, the moment too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from service.mids.values import Mid
from service.notices.delivery_values import Held, Recipient, Settled
from service.notices.values import Audience, Content, Hold, Notice, NoticeKind, Outcome
from service.people.values import Membership

WEEK = timedelta(days=7)
FIRST_WAVE = range(10, 1001)
FIRST_WAVE_SHARE = 0.01
FAILURES_ALLOWED = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One membership of a MID with what decides whether and when a notice goes out to it.

    ``standings`` says of those licences that were asked about, by their slug, and that this
    membership can be in, whether it is. ``delivered`` are the moments of the last seven days at
    which a notice of this MID that counts was taken by Telegram.
    """

    number: int
    member_id: str
    membership: Membership
    left_at: datetime | None
    locale: str
    zone: str
    quiet: str | None
    weekly: int | None
    muted: bool
    stopped: bool
    standings: Mapping[str, bool]
    delivered: tuple[datetime, ...] = ()

    @property
    def left(self) -> bool:
        """Whether they are a member no more."""
        return self.left_at is not None


def matches(audience: Audience, person: Person) -> bool:
    """Whether a person is one of those a notice is for, at this moment."""
    if person.left:
        return False
    if audience.everyone:
        return True
    if person.membership.ref in audience.refs:
        return True
    return any(
        audience.standing == "any" or is_in is (audience.standing == "in")
        for slug, is_in in person.standings.items()
        if slug in audience.licences
    )


def place(content: Content, person: Person, now: datetime) -> Recipient | Settled | Held:
    """What a person's turn brings: the notice, an end without it, or a later moment.

    Only what may be urgent passes mute and night, and after a stop only a breach (mission A7, K6).
    """
    language = content.language_for(person.locale)
    if person.left or not matches(content.audience, person):
        outcome = Outcome.LEFT if person.left else Outcome.CHANGED
        return Settled(number=person.number, outcome=outcome, language=language)
    stopped = person.stopped and content.kind is not NoticeKind.BREACH
    if stopped or (person.muted and not content.passes):
        return Settled(number=person.number, outcome=Outcome.MUTED, language=language)
    if not content.passes:
        free = free_again(person)
        if free is not None:
            return Held(number=person.number, why=Hold.DIGEST, until=free)
        morning = wakes(person, now)
        if morning is not None:
            return Held(number=person.number, why=Hold.NIGHT, until=morning)
    return recipient(person)


def recipient(person: Person) -> Recipient:
    """A person as the sender needs them."""
    return Recipient(
        number=person.number,
        membership_id=person.membership.id,
        member_id=person.member_id,
        locale=person.locale,
        zone=person.zone,
    )


def free_again(person: Person) -> datetime | None:
    """When the week has room for one more notice of this MID; None when it has now."""
    most = max(1, person.weekly or person.membership.mid.notices_per_week)
    if len(person.delivered) < most:
        return None
    return sorted(person.delivered)[-most] + WEEK


def wakes(person: Person, now: datetime) -> datetime | None:
    """When this person's night ends; None when it is day for them."""
    hours = person.quiet or person.membership.mid.quiet_hours
    return quiet_until(now, person.zone, hours)


def mids_morning(mid: Mid, now: datetime) -> datetime | None:
    """When the night of the MID's own zone ends; None when it is day there."""
    return quiet_until(now, mid.zone, mid.quiet_hours)


def quiet_until(now: datetime, zone: str, hours: str) -> datetime | None:
    """The end of the quiet hours ``hours`` ("21:00-08:00", local) that ``now`` lies in.

    None outside of them. Equal times mean there are none. Where clocks go forward over the end,
    the moment after the jump counts.
    """
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    if start == end:
        return None
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time()
    overnight = start > end
    if overnight and not (clock >= start or clock < end):
        return None
    if not overnight and not start <= clock < end:
        return None
    day = local.date() + timedelta(days=1 if overnight and clock >= start else 0)
    until = datetime.combine(day, end, tzinfo=local.tzinfo).astimezone(now.tzinfo)
    # An end that the clocks repeat can lie behind: then it is reached when it comes again.
    return until if until > now else until + timedelta(hours=1)


def first_wave(total: int) -> int:
    """How many people get a notice before the rest may: one percent, within bounds."""
    return min(max(ceil(total * FIRST_WAVE_SHARE), FIRST_WAVE[0]), FIRST_WAVE[-1])


def tried(notice: Notice) -> int:
    """How many people it was tried to send a notice to, and how that ended is written."""
    return sum(notice.of(one) for one in _TRIED)


def went_wrong(notice: Notice, doubted: int) -> bool:
    """Whether too much of what was tried failed for the rest to follow.

    ``doubted`` are those among the uncertain whom a death left so: the notice is not to blame.
    """
    bad = sum(notice.of(one) for one in _BAD) - doubted
    return bad > (tried(notice) - doubted) * FAILURES_ALLOWED


_BAD = frozenset({Outcome.FAILED, Outcome.UNREACHABLE, Outcome.UNCERTAIN})
_TRIED = _BAD | {Outcome.SENT, Outcome.IN_DIGEST, Outcome.BLOCKED}
