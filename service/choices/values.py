"""Views of a choice: the card, the question after it, refusals, pause."""

from dataclasses import dataclass
from enum import StrEnum

from service.journal.values import Proof, Taught
from service.licences.values import Refusal
from service.standing.values import Picture, Standing


class Outcome(StrEnum):
    """What a tap on a card did. Only YES, NO and LATER were recorded."""

    LOOKED = "looked"
    YES = "yes"
    NO = "no"
    LATER = "later"
    TERMS_CHANGED = "terms_changed"
    NOT_SEEN = "not_seen"
    NOT_OPEN = "not_open"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """One licence as its card shows it, with the proof that a yes will need."""

    picture: Picture
    standing: Standing
    outcome: Outcome
    proof: Proof

    @property
    def open_for_yes(self) -> bool:
        """Whether a yes could be recorded now."""
        return is_open(self.standing) and not self.standing.refused_by

    @property
    def says_yes(self) -> bool:
        """Whether a yes is in force (even when a pause or the price keeps the member out)."""
        answer, licence = self.standing.holding.answer, self.standing.holding.licence
        return answer is not None and answer.value == "yes" and answer.version >= licence.floor


def is_open(standing: Standing) -> bool:
    """Whether the licence itself can be agreed to: offered or active, not over, and for them."""
    licence = standing.holding.licence
    return licence.status in {"offered", "active"} and standing.why not in {
        "ended",
        "not_eligible",
        "suspended",
    }


class Topic(StrEnum):
    """What the question after a card is about."""

    CANNOT_BE_CALLED_BACK = "cannot_be_called_back"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question whose right answer comes from the term sheet. ``options`` are keys, in order."""

    topic: Topic
    options: tuple[str, ...]
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizView:
    """The question between a card and a yes. ``taught`` says how it went so far."""

    picture: Picture
    standing: Standing
    question: Question
    nonce: str
    taught: Taught


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsView:
    """The standing refusals in force, each with how many licences it catches now."""

    picture: Picture
    caught: tuple[tuple[Refusal, int], ...]
    just: Refusal | None = None
    lifted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BackView:
    """What resuming, or lifting one refusal, would bring back, with the proof that it needs.

    ``stale`` says that what would come back is no longer what was shown, so nothing was recorded.
    """

    picture: Picture
    refusal: Refusal | None
    back: tuple[Standing, ...]
    proof: Proof
    stale: bool = False
