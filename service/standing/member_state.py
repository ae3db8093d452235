"""A member's state as it was read, and the snapshot derived from it. Pure.

A use case reads the state once. Events that it appends are added to it here, so that the view it
returns needs no second reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.journal.values import ALL, EventKind, LatestEvent
from service.licences.values import Licence, LicenceStatus, Refusal
from service.people.values import Member, Membership
from service.price.values import position_of
from service.standing.values import Holding, Knob, LicenceAnswer, MemberSnapshot, Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberState:
    """The rows that decide a member's standings. ``latest``: one event for each kind and scope."""

    member: Member
    memberships: tuple[Membership, ...]
    licences: tuple[Licence, ...]
    latest: tuple[LatestEvent, ...]
    now: datetime

    def latest_of(self, kind: EventKind, scope: str) -> LatestEvent | None:
        """The latest event of one kind and scope; None if there is none."""
        events = (event for event in self.latest if event.kind is kind and event.scope == scope)
        return next(events, None)

    def is_muted(self, membership_id: str) -> bool:
        """Whether a membership is muted."""
        event = self.latest_of(EventKind.MUTE, membership_id)
        return event is not None and event.value == "on"

    @property
    def pause(self) -> Pause:
        """Whether the member has paused or stopped everything."""
        event = self.latest_of(EventKind.PAUSE, ALL)
        return Pause(event.value) if event else Pause.OFF

    def after(self, appended: Sequence[LatestEvent]) -> "MemberState":
        """This state with appended events in the place of those of their kind and scope."""
        latest = {(event.kind, event.scope): event for event in (*self.latest, *appended)}
        return replace(self, latest=tuple(latest.values()))

    def snapshot(self) -> MemberSnapshot:
        """Derive what the rules work with."""
        return MemberSnapshot(
            member=self.member,
            memberships=self.memberships,
            holdings=self._holdings(),
            refusals=tuple(
                sorted(
                    Refusal.from_scope(event.scope)
                    for event in self.latest
                    if event.kind is EventKind.REFUSAL and event.value == "on"
                )
            ),
            pause=self.pause,
            knob=self._knob(),
            now=self.now,
        )

    def _holdings(self) -> tuple[Holding, ...]:
        answers = {event.scope: event for event in self.latest if event.kind is EventKind.CONSENT}
        holdings = [
            Holding(
                membership=membership,
                licence=licence,
                answer=_answer(answers.get(f"{membership.id}/{licence.id}")),
            )
            for membership in self.memberships
            for licence in self.licences
            if licence.mid_id == membership.mid.id and licence.status is not LicenceStatus.DRAFT
        ]
        return tuple(
            holding for holding in holdings if holding.eligible or holding.answer is not None
        )

    def _knob(self) -> Knob:
        """Apply the settings in force in the order in which they were made."""
        knob = Knob()
        settings = [event for event in self.latest if event.kind is EventKind.KNOB]
        for setting in sorted(settings, key=lambda event: event.seq):
            position = position_of(setting.value)
            if position is not None:
                knob = knob.turned(setting.scope, position)
        return knob


def _answer(event: LatestEvent | None) -> LicenceAnswer | None:
    if event is None or event.version is None:
        return None
    assert event.value in {"yes", "no", "later"}
    return LicenceAnswer(value=event.value, version=event.version, at=event.at)  # type: ignore[arg-type]
