"""Who gets a notice and when. Pure functions: all data comes as arguments, the time included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from service.mids.values import Mid
from service.notices.delivery_values import Deferred, Recipient, Settled
from service.notices.values import (
    Audience,
    DeferReason,
    Notice,
    NoticeContent,
    NoticeKind,
    NoticeOutcome,
)
from service.people.values import Membership

WEEK = timedelta(days=7)
CANARY_SHARE = 0.01
CANARY_SIZES = range(10, 1001)
FAILURES_ALLOWED = 0.10
"""The part of a canary that may fail before the notice is paused."""

_FAILED = frozenset({NoticeOutcome.FAILED, NoticeOutcome.UNREACHABLE, NoticeOutcome.UNCERTAIN})
_ATTEMPTED = _FAILED | {NoticeOutcome.SENT, NoticeOutcome.IN_DIGEST, NoticeOutcome.BLOCKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceMember:
    """A membership of a MID with what decides whether and when a notice goes out to it.

    ``standings`` says, by slug, whether the membership is in a licence: of the licences that were
    asked about, those open to it. ``delivered`` are the times in the last seven days at which
    Telegram accepted a notice of this MID that counts towards the weekly limit.
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
        """Whether they have left the MID."""
        return self.left_at is not None


def matches(audience: Audience, member: AudienceMember) -> bool:
    """Whether a member belongs to an audience at this moment."""
    if member.left:
        return False
    if audience.everyone:
        return True
    if member.membership.ref in audience.refs:
        return True
    return any(
        audience.standing == "any" or is_in is (audience.standing == "in")
        for slug, is_in in member.standings.items()
        if slug in audience.licences
    )


def decide_delivery(
    content: NoticeContent, member: AudienceMember, now: datetime
) -> Recipient | Settled | Deferred:
    """Decide whether a member gets a notice now, ends without it, or gets it later.

    What bypasses limits (urgent notices and breaches) ignores mute, quiet hours and the weekly
    limit; to a member who stopped everything only a breach is sent.
    """
    language = content.language_for(member.locale)
    if member.left or not matches(content.audience, member):
        outcome = NoticeOutcome.LEFT if member.left else NoticeOutcome.CHANGED
        return Settled(number=member.number, outcome=outcome, language=language)
    stopped = member.stopped and content.kind is not NoticeKind.BREACH
    if stopped or (member.muted and not content.bypasses_limits):
        return Settled(number=member.number, outcome=NoticeOutcome.MUTED, language=language)
    if not content.bypasses_limits:
        free_at = weekly_limit_until(member)
        if free_at is not None:
            return Deferred(number=member.number, why=DeferReason.DIGEST, until=free_at)
        morning = quiet_hours_until(member, now)
        if morning is not None:
            return Deferred(number=member.number, why=DeferReason.NIGHT, until=morning)
    return as_recipient(member)


def as_recipient(member: AudienceMember) -> Recipient:
    """The part of a member that the sender needs."""
    return Recipient(
        number=member.number,
        membership_id=member.membership.id,
        member_id=member.member_id,
        locale=member.locale,
        zone=member.zone,
    )


def weekly_limit_until(member: AudienceMember) -> datetime | None:
    """When one more notice of the MID fits the member's weekly limit; None: it does now."""
    most = max(1, member.weekly or member.membership.mid.notices_per_week)
    if len(member.delivered) < most:
        return None
    return sorted(member.delivered)[-most] + WEEK


def quiet_hours_until(member: AudienceMember, now: datetime) -> datetime | None:
    """When the member's quiet hours end; None outside of them."""
    hours = member.quiet or member.membership.mid.quiet_hours
    return end_of_quiet_hours(now, member.zone, hours)


def mid_quiet_hours_until(mid: Mid, now: datetime) -> datetime | None:
    """When the MID's own quiet hours end, in its zone; None outside of them."""
    return end_of_quiet_hours(now, mid.zone, mid.quiet_hours)


def end_of_quiet_hours(now: datetime, zone: str, hours: str) -> datetime | None:
    """The end of the quiet hours ``hours`` ("21:00-08:00", local time) that ``now`` falls in.

    None outside of them. Equal times mean that there are no quiet hours. Where clocks go forward
    over the end, the end is the moment after the jump.
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
    # Where clocks go back over the end it may have passed once: then its repetition counts.
    return until if until > now else until + timedelta(hours=1)


def canary_size(total: int) -> int:
    """How many people get a notice before the rest: one percent, within ``CANARY_SIZES``."""
    return min(max(ceil(total * CANARY_SHARE), CANARY_SIZES[0]), CANARY_SIZES[-1])


def count_attempted(notice: Notice) -> int:
    """How many people have an outcome that comes from an attempt to send."""
    return sum(notice.count_of(outcome) for outcome in _ATTEMPTED)


def canary_failed(notice: Notice, doubted: int) -> bool:
    """Whether too many attempts failed for the notice to go on.

    ``doubted`` are those of the uncertain ones that a crash left so: they count for neither side.
    """
    failed = sum(notice.count_of(outcome) for outcome in _FAILED) - doubted
    return failed > (count_attempted(notice) - doubted) * FAILURES_ALLOWED
