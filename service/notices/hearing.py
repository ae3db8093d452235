"""Views of what a member lets notices do: which MIDs they hear, how often, and when."""

from dataclasses import dataclass

from service.people.values import Membership
from service.price.values import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingView:
    """Whether a member hears a MID. ``stopped``: they stopped everything, so only of breaches."""

    membership: Membership
    muted: bool
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionView:
    """How much of a member's attention notices may take; ``muted`` holds memberships' ids."""

    picture: Picture
    muted: frozenset[str] = frozenset()

    @property
    def weekly(self) -> frozenset[int]:
        """How many notices in seven days may come from one MID, over all MIDs."""
        chosen = self.picture.member.weekly
        return frozenset(
            max(1, chosen or one.mid.notices_per_week) for one in self.picture.memberships
        )

    @property
    def quiet(self) -> frozenset[str]:
        """The hours in which only urgent ones come, over all MIDs."""
        chosen = self.picture.member.quiet
        return frozenset(chosen or one.mid.quiet_hours for one in self.picture.memberships)
