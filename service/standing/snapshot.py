"""What was read of a member, and the picture it makes. Pure.

A use case reads once. What it appends is added here, so that its view comes from the very rows
that were read and written in its transaction, without reading them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.journal.values import ALL, Kind, Latest
from service.licences.values import Licence, Refusal, Status
from service.people.values import Member, Membership
from service.price.values import position_of
from service.standing.values import Answer, Holding, Knob, Pause, Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """One snapshot of everything that decides who is in, for one member."""

    member: Member
    memberships: tuple[Membership, ...]
    licences: tuple[Licence, ...]
    latest: tuple[Latest, ...]
    now: datetime

    def setting(self, kind: Kind, scope: str) -> Latest | None:
        """What is in force for one kind and scope."""
        return next((e for e in self.latest if e.kind is kind and e.scope == scope), None)

    def muted(self, membership_id: str) -> bool:
        """Whether a membership is muted."""
        found = self.setting(Kind.MUTE, membership_id)
        return found is not None and found.value == "on"

    @property
    def pause(self) -> Pause:
        """Whether the member has paused or stopped everything."""
        found = self.setting(Kind.PAUSE, ALL)
        return Pause(found.value) if found else Pause.OFF

    def after(self, appended: Sequence[Latest]) -> "Sources":
        """This snapshot once these events have been appended to it."""
        settled = {(one.kind, one.scope): one for one in (*self.latest, *appended)}
        return replace(self, latest=tuple(settled.values()))

    def picture(self) -> Picture:
        """Everything that decides who is in."""
        return Picture(
            member=self.member,
            memberships=self.memberships,
            holdings=self._holdings(),
            refusals=tuple(
                sorted(
                    Refusal.from_scope(one.scope)
                    for one in self.latest
                    if one.kind is Kind.REFUSAL and one.value == "on"
                )
            ),
            pause=self.pause,
            knob=self._knob(),
            now=self.now,
        )

    def _holdings(self) -> tuple[Holding, ...]:
        answers = {one.scope: one for one in self.latest if one.kind is Kind.CONSENT}
        found = [
            Holding(
                membership=membership,
                licence=licence,
                answer=_answer(answers.get(f"{membership.id}/{licence.id}")),
            )
            for membership in self.memberships
            for licence in self.licences
            if licence.mid_id == membership.mid.id and licence.status is not Status.DRAFT
        ]
        return tuple(one for one in found if one.eligible or one.answer is not None)

    def _knob(self) -> Knob:
        """Replay the settings in force in the order in which they were made."""
        knob = Knob()
        settings = [one for one in self.latest if one.kind is Kind.KNOB]
        for one in sorted(settings, key=lambda one: one.seq):
            position = position_of(one.value)
            if position is not None:
                knob = knob.turned(one.scope, position)
        return knob


def _answer(found: Latest | None) -> Answer | None:
    if found is None or found.version is None:
        return None
    assert found.value in {"yes", "no", "later"}
    return Answer(value=found.value, version=found.version, at=found.at)  # type: ignore[arg-type]
