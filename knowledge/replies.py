"""What is said to a question, before it becomes a screen."""

from dataclasses import dataclass, replace
from enum import StrEnum

from knowledge.values import Answer, Article, Fact, Found, Reason
from locales.negotiate import SHIPPED, nearest
from service.assistant.values import ModelView
from service.people.values import Membership
from service.questions.values import AboutMember


class Way(StrEnum):
    """How a question was met."""

    LIKELY = "likely"  # one article, the closest
    CHOSEN = "chosen"  # an article that the member picked
    UNSURE = "unsure"  # a few topics to pick from
    OFF_TOPIC = "off_topic"  # nothing to do with what is known here
    NOTHING = "nothing"  # no search is there, or not yet
    GREETING = "greeting"
    HUMAN = "human"  # the word for a person, in some language
    CONSENT = "consent"  # first, whether a model may answer
    TOO_MANY = "too_many"  # more questions than one person types
    MODEL = "model"  # a model answered, and every check passed


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHere:
    """The model that may answer here: what it is called, where it runs, what may leave for it.

    ``level`` is 0 (nothing), 1 (no value of the member), 2 (rounded ones) or 3 (all).
    """

    name: str
    place: str
    level: int = 1

    def for_(self, view: ModelView) -> "ModelHere":
        """The same to one member: what may leave is what all of their MIDs let."""
        return replace(self, level=min(self.level, view.max_level))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is said to a question in ``locale``.

    ``language`` is that of the question where it is none that is shipped. ``cut`` says that only
    the beginning was read. ``typed`` says that the question itself is at hand, in the message that
    is replied to, so that it can be sent to a person. ``here`` is the model that asks for leave;
    ``used_up`` is which of its limits kept it from answering; ``memberships`` and ``contact`` are
    whom to reach.
    """

    way: Way
    locale: str
    article: Article | None = None
    topics: tuple[Article, ...] = ()
    facts: tuple[Fact, ...] = ()
    answer: Answer | None = None
    language: str | None = None
    cut: bool = False
    typed: bool = True
    here: ModelHere | None = None
    used_up: Reason | None = None
    memberships: tuple[Membership, ...] = ()
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Who asks, what was read of it, which language they read, and what was found."""

    member_id: str
    text: str
    shortened: bool
    locale: str
    me: AboutMember
    found: Found

    @property
    def mid_ids(self) -> tuple[str, ...]:
        """The MIDs whose texts this member may see."""
        return tuple(membership.mid.id for membership in self.me.portfolio.snapshot.memberships)

    @property
    def spoken(self) -> str:
        """The shipped language nearest to the question's; else the one the member reads."""
        return nearest(self.found.language, SHIPPED) or self.locale

    @property
    def foreign(self) -> str | None:
        """The language of the question where none that is shipped is near."""
        return None if nearest(self.found.language, SHIPPED) else self.found.language
