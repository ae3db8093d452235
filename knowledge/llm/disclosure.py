"""What may leave the house for a model, by level; a MID chooses the level, its members see it.

0 nothing · 1 the redacted question, texts, and which facts there are, without a value · 2 values
rounded · 3 values, and only to a server on this machine or one that is named as trusted. At every
level stays here: who asks, names, ids, other members, other MIDs.
"""

import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from knowledge.llm.redaction import Redacted, redact
from knowledge.numerals import western
from knowledge.values import Fact, Passage, Question

MOST_PASSAGES = 6


class Level(IntEnum):
    """How much may leave."""

    NOTHING = 0
    NAMES = 1
    ROUNDED = 2
    VALUES = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A placeholder that the model may write; ``said`` is what it may know of the value."""

    name: str
    kind: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """All that a request is made of. What is not in here cannot leave."""

    question: Redacted
    passages: tuple[Passage, ...]
    offers: tuple[Offer, ...]
    values: Mapping[str, str]
    """By the offers' names; they stay here and fill the places."""


# A name or a kind leaves at level 1, so it may look like nothing but a word of our own: no id, no
# amount, no date.
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*|\.\d{1,2}){0,3}")
_KIND = re.compile(r"[a-z]+(?:_[a-z]+)*(?::[a-z]+(?:_[a-z]+)*)?")
_IDS = re.compile(r"(?:^|\.)[a-z]{2,5}_[a-z]{10,}(?:\.|$)")
_LONGEST_NAME = 40
_AMOUNT = re.compile(r"\d+(?:[.,'’٫٬\s]\d+)*")
_ROUNDED_KINDS = {"money", "count"}
_SMALL = 10
_CENTS = 2


def level_for(wanted: int, base_url: str, trusted: Collection[str] = ()) -> Level:
    """The level that holds for a server: values go to no machine but this one or a trusted one."""
    level = Level(min(max(wanted, Level.NOTHING), Level.VALUES))
    if level is Level.VALUES and not is_near(base_url, trusted):
        return Level.NAMES
    return level


def is_near(base_url: str, trusted: Collection[str] = ()) -> bool:
    """Whether a server is this machine, or its host is named as trusted."""
    try:
        host = (urlsplit(base_url).hostname or "").lower()
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback or host in trusted
    except ValueError:
        return host == "localhost" or host in trusted


def outgoing(
    question: Question,
    passages: Sequence[Passage],
    facts: Sequence[Fact],
    *,
    level: Level,
    mid: str | None,
) -> Outgoing:
    """What a request may be made of at this level."""
    values = {
        name: value
        for fact in facts
        for key, value in fact.values.items()
        if _sayable(name := f"{fact.key}.{key}")
    }
    kinds = {f"{fact.key}.{key}": kind for fact in facts for key, kind in fact.kinds.items()}
    # Every value is hidden in the question, also those that are no placeholder.
    secrets = [value for fact in facts for value in fact.values.values()]
    return Outgoing(
        question=redact(question.text, () if level is Level.VALUES else secrets),
        passages=one_tenant(passages, question, mid),
        offers=tuple(_offer(name, kinds.get(name, ""), values[name], level) for name in values),
        values=values,
    )


def one_tenant(
    passages: Sequence[Passage], question: Question, mid: str | None
) -> tuple[Passage, ...]:
    """The texts of the assistant and of one MID of the member's, never of two."""
    allowed = mid
    kept: list[Passage] = []
    for passage in passages:
        owner = passage.article.mid_id
        if owner is not None:
            allowed = owner if allowed is None else allowed
            if owner != allowed or owner not in question.mid_ids:
                continue
        kept.append(passage)
    return tuple(kept[:MOST_PASSAGES])


def rounded(value: str, kind: str) -> str:
    """A value to its first digit, and nothing of what cannot be rounded: names, dates, states."""
    found = _AMOUNT.search(western(value))
    if kind.partition(":")[0] not in _ROUNDED_KINDS or found is None:
        return ""
    parts = re.split(r"\D", found[0])
    if len(parts) > 1 and len(parts[-1]) <= _CENTS:
        parts.pop()
    whole = "".join(parts).lstrip("0")
    if len(whole) < len(str(_SMALL)):
        return f"under {_SMALL}"
    return "about " + whole[0] + "0" * (len(whole) - 1)


def _sayable(name: str) -> bool:
    known = len(name) <= _LONGEST_NAME and _NAME.fullmatch(name)
    return bool(known) and not _IDS.search(name)


def _offer(name: str, kind: str, value: str, level: Level) -> Offer:
    kind = kind if _KIND.fullmatch(kind) and len(kind) <= _LONGEST_NAME else "value"
    if level is Level.VALUES:
        return Offer(name, kind, " ".join(value.split()))
    return Offer(name, kind, rounded(value, kind) if level is Level.ROUNDED else "")
