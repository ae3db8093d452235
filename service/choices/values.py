"""Views of choices: the card, its teach-back question, refusals, pause."""

from dataclasses import dataclass
from enum import StrEnum

from service.journal.values import Proof, TeachBack
from service.licences.values import Refusal
from service.standing.values import MemberSnapshot, Standing


class CardOutcome(StrEnum):
    """The result of a use case of the card. Only YES, NO and LATER record an answer."""

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
    """A licence as its card shows it, with the proof that a yes needs."""

    snapshot: MemberSnapshot
    standing: Standing
    outcome: CardOutcome
    proof: Proof

    @property
    def open_for_yes(self) -> bool:
        """Whether a yes can be recorded now."""
        return is_open(self.standing) and not self.standing.refused_by

    @property
    def says_yes(self) -> bool:
        """Whether a yes is in force, even if a pause or the price keeps the member out."""
        answer, licence = self.standing.holding.answer, self.standing.holding.licence
        return answer is not None and answer.value == "yes" and answer.version >= licence.floor


def is_open(standing: Standing) -> bool:
    """Whether the licence can be agreed to: offered or active, not ended, and member eligible."""
    licence = standing.holding.licence
    return licence.status in {"offered", "active"} and standing.why not in {
        "ended",
        "not_eligible",
        "suspended",
    }


class QuizTopic(StrEnum):
    """The topic of a card's teach-back question."""

    CANNOT_BE_CALLED_BACK = "cannot_be_called_back"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizQuestion:
    """A teach-back question. ``options`` are keys in display order, ``right`` the correct one."""

    topic: QuizTopic
    options: tuple[str, ...]
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizView:
    """The teach-back question between a card and a yes, and the progress with it."""

    snapshot: MemberSnapshot
    standing: Standing
    question: QuizQuestion
    nonce: str
    taught: TeachBack


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsView:
    """The standing refusals in force, each with the number of licences that it matches now.

    ``changed`` is the refusal that the use case set, or ``lifted``.
    """

    snapshot: MemberSnapshot
    matches: tuple[tuple[Refusal, int], ...]
    changed: Refusal | None = None
    lifted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreView:
    """What ending a pause or lifting a refusal would restore, with the proof that it needs.

    ``stale``: what would be restored is no longer what was shown, so nothing was recorded.
    """

    snapshot: MemberSnapshot
    refusal: Refusal | None
    restored: tuple[Standing, ...]
    proof: Proof
    stale: bool = False
