"""The values of the assistant: articles, questions, search results, facts and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class FactKey(StrEnum):
    """The kinds of fact about a member that an article may declare it needs."""

    LICENCES = "licences"
    PRICE = "price"
    EARNINGS = "earnings"
    CHOICES = "choices"
    MID = "mid"
    NOTICES = "notices"
    QUESTIONS = "questions"


class Action(StrEnum):
    """What an article may offer. Each is a button, whose label comes from the catalogue."""

    LICENCES = "licences"
    PRICE = "price"
    CHOICES = "choices"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    SETTINGS = "settings"
    LANGUAGE = "language"
    MIDS = "mids"
    HUMAN = "human"
    HELP = "help"
    ABOUT = "about"
    PRIVACY = "privacy"
    LEAVE = "leave"
    DELETE = "delete"
    NOTICES = "notices"


class Tier(StrEnum):
    """Whose text it is: the assistant's own, a MID's, or a licence's."""

    TOPIC = "topic"
    MID = "mid"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text in one language. ``id`` is the topic; those of a MID begin with the MID's id."""

    id: str
    language: str
    title: str
    text: str
    examples: tuple[str, ...] = ()
    tier: Tier = Tier.TOPIC
    mid_id: str | None = None
    version: int = 1
    reviewed: str = ""
    facts: tuple[FactKey, ...] = ()
    actions: tuple[Action, ...] = ()


class Band(StrEnum):
    """How certain the search is."""

    LIKELY = "likely"
    UNSURE = "unsure"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic and its score. Scores are comparable within one question."""

    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The language of the question, how certain the search is, and the topics, best first."""

    language: str
    band: Band
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Sentences about the member, in their language.

    ``values`` holds the numbers and dates of the sentences, formatted, by name: a model may only
    refer to them. ``kinds`` says what each is (money, count, step) without its value.
    """

    key: FactKey
    lines: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An article that a model may cite, by the alias it has in one request."""

    alias: str
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer, and the ids of the articles it cites."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantAnswer:
    """A model's answer that passed every check: sentences, the articles cited, and buttons."""

    claims: tuple[Claim, ...]
    sources: tuple[Article, ...]
    actions: tuple[Action, ...] = ()


class NoAnswerReason(StrEnum):
    """Why there is no answer of a model. The reply is then the closest article."""

    OFF = "off"
    """There is no model, or the MID's disclosure level is 0."""
    NO_SOURCE = "no_source"
    TOO_PRIVATE = "too_private"
    """The redacted question is too short to be understood."""
    MEMBER_LIMIT = "member_limit"
    MID_LIMIT = "mid_limit"
    ALL_LIMIT = "all_limit"
    BUSY = "busy"
    RESTING = "resting"
    """The circuit breaker is open: the model failed too often just now."""
    UNUSABLE = "unusable"
    """The server cannot answer in a form that can be checked, or refuses the key."""
    FAILED = "failed"
    """The server could not be reached, or broke off."""
    TOO_SLOW = "too_slow"
    UNCHECKED = "unchecked"
    """Both attempts failed a check: see ``fault``."""
    NOT_FOUND = "not_found"
    """The model says that the articles do not hold the answer."""
    OFF_TOPIC = "off_topic"
    CLARIFY = "clarify"
    """The model asks back: ``topics`` are the articles that could be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Why there is no answer of a model, which check failed, and ids of articles to offer."""

    reason: NoAnswerReason
    fault: str = ""
    topics: tuple[str, ...] = ()


ModelOutcome = AssistantAnswer | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A member's question, the language they read, and the MIDs whose articles they may see.

    ``names`` are of buyers and the like: they are in no language.
    """

    text: str
    locale: str
    mid_ids: Sequence[str] = ()
    names: Sequence[str] = ()
