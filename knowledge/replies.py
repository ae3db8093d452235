"""The assistant's reply to a question, before it becomes a screen."""

from dataclasses import dataclass, replace
from enum import StrEnum

from knowledge.values import Article, AssistantAnswer, Fact, NoAnswerReason, SearchResult
from locales.negotiate import SHIPPED, nearest
from service.assistant.values import ModelView
from service.people.values import Membership
from service.questions.values import AboutMember


class ReplyKind(StrEnum):
    """What a reply consists of, or why it has no answer."""

    LIKELY = "likely"  # the closest article
    CHOSEN = "chosen"  # the article that the member picked
    UNSURE = "unsure"  # a few topics to pick from
    OFF_TOPIC = "off_topic"  # the question has nothing to do with a MID
    NOTHING = "nothing"  # there is no search, or not yet
    GREETING = "greeting"  # a greeting or thanks
    HUMAN = "human"  # the member asked for a person
    CONSENT = "consent"  # the question whether a model may answer
    TOO_MANY = "too_many"  # the member's rate limit is reached
    MODEL = "model"  # a model's answer, which passed every check


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableModel:
    """The model of this instance: its name, its host, and what may be sent to it.

    ``level`` is 0 (nothing), 1 (no value of the member), 2 (rounded values) or 3 (all values).
    """

    name: str
    place: str
    level: int = 1

    def limited_to(self, view: ModelView) -> "AvailableModel":
        """The model for one member: the level is at most what all of their MIDs allow."""
        return replace(self, level=min(self.level, view.max_level))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantReply:
    """The reply to a question, in the language ``locale``.

    Attributes:
        language: the question's language, if it is not shipped.
        shortened: only the beginning of the question was read.
        typed: the question is still there, in the message replied to; it can be sent to a person.
        model: the model that the member is asked to agree to.
        limit_reached: the limit that kept the model from answering.
        memberships: the MIDs where a person can be asked.
        contact: the operator's contact.
    """

    kind: ReplyKind
    locale: str
    article: Article | None = None
    topics: tuple[Article, ...] = ()
    facts: tuple[Fact, ...] = ()
    answer: AssistantAnswer | None = None
    language: str | None = None
    shortened: bool = False
    typed: bool = True
    model: AvailableModel | None = None
    limit_reached: NoAnswerReason | None = None
    memberships: tuple[Membership, ...] = ()
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question with what a reply is built from: who asks, and what the search returned.

    ``text`` is the question as it was read, ``locale`` the language the member reads.
    """

    member_id: str
    text: str
    shortened: bool
    locale: str
    about: AboutMember
    result: SearchResult

    @property
    def mid_ids(self) -> tuple[str, ...]:
        """The MIDs whose articles this member may see."""
        return tuple(membership.mid.id for membership in self.about.portfolio.snapshot.memberships)

    @property
    def reply_language(self) -> str:
        """The shipped language nearest to the question's, else the one the member reads."""
        return nearest(self.result.language, SHIPPED) or self.locale

    @property
    def unsupported_language(self) -> str | None:
        """The question's language, if no shipped one is near."""
        return None if nearest(self.result.language, SHIPPED) else self.result.language
