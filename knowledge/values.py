"""What is asked, what is found, and what is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class FactKey(StrEnum):
    """What an article may want to know of the member who asks."""

    LICENCES = "licences"
    PRICE = "price"
    EARNINGS = "earnings"
    CHOICES = "choices"
    MID = "mid"
    NOTICES = "notices"
    QUESTIONS = "questions"


class Action(StrEnum):
    """What an article may offer to do. Each is a button; its label comes from the catalogue."""

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
    """One text in one language. ``id`` is the topic; a MID's own begin with the MID's id."""

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
    """How sure the search is."""

    LIKELY = "likely"
    UNSURE = "unsure"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic and how well it fits; the scores of one question can be compared with each other."""

    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: the language of the question, how sure, and the topics, best first."""

    language: str
    band: Band
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something about the member, already in words of their language.

    ``values`` are the same numbers and dates, formatted, by name: a model may only point at them.
    ``kind`` says what each is (money, count, date, state) without saying its value.
    """

    key: FactKey
    lines: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text that may be cited, by the short name it has in one request."""

    alias: str
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer, and the texts it rests on."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model answered, after every check: sentences with sources, and buttons."""

    claims: tuple[Claim, ...]
    sources: tuple[Article, ...]
    actions: tuple[Action, ...] = ()


class Reason(StrEnum):
    """Why there is no answer of a model. Each leads to the next rung: the retrieval screen."""

    OFF = "off"
    """No model, or the MID's level lets nothing leave."""
    NO_SOURCE = "no_source"
    TOO_PRIVATE = "too_private"
    """What may leave of the question is too short to be understood."""
    MEMBER_LIMIT = "member_limit"
    MID_LIMIT = "mid_limit"
    ALL_LIMIT = "all_limit"
    BUSY = "busy"
    RESTING = "resting"
    """The model failed too often just now and is left alone for a while."""
    UNUSABLE = "unusable"
    """The server cannot answer in a shape that can be checked, or refuses the key."""
    FAILED = "failed"
    """The server could not be reached, broke off or sent nonsense."""
    TOO_SLOW = "too_slow"
    UNCHECKED = "unchecked"
    """Both tries failed a check: see ``fault``."""
    NOT_FOUND = "not_found"
    """The model says that the texts do not hold the answer."""
    OFF_TOPIC = "off_topic"
    CLARIFY = "clarify"
    """The model would ask back: ``topics`` are what could be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No answer of a model, why, and which check failed; ``topics`` are ids of articles."""

    reason: Reason
    fault: str = ""
    topics: tuple[str, ...] = ()


Outcome = Answer | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a member typed, in which language they read, and the MIDs whose texts they may see."""

    text: str
    locale: str
    mid_ids: Sequence[str] = ()
