"""What may be sent to a model, by disclosure level. A MID chooses the level, its members see it.

0: nothing. 1: the redacted question, passages, and the names and kinds of facts, without values.
2: values rounded. 3: exact values, and only to a server on this machine or a trusted host. Never
sent are who asks, names, ids, other members and other MIDs.
"""

import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from knowledge.llm.names import words_of
from knowledge.llm.redaction import Redacted, redact
from knowledge.numerals import western_digits
from knowledge.values import AskedQuestion, Fact, Passage

MOST_PASSAGES = 6


class DisclosureLevel(IntEnum):
    """How much of a member's values may be sent."""

    NOTHING = 0
    NAMES = 1
    ROUNDED = 2
    VALUES = 3


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder that the model may write; ``value`` is what is disclosed of its value."""

    name: str
    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """Everything that a request may contain. What is not in here cannot be sent."""

    question: Redacted
    passages: tuple[Passage, ...]
    placeholders: tuple[Placeholder, ...]
    values: Mapping[str, str]
    """The exact values by the placeholders' names. They are not sent: they fill the reply."""


# Names and kinds are sent at level 1, so they must look like words of the code: no id, no amount,
# no date.
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*|\.\d{1,2}){0,3}")
_KIND = re.compile(r"[a-z]+(?:_[a-z]+)*(?::[a-z]+(?:_[a-z]+)*)?")
_ID = re.compile(r"(?:^|\.)[a-z]{2,5}_[a-z]{10,}(?:\.|$)")
_LONGEST_NAME = 40
_AMOUNT = re.compile(r"\d+(?:[.,'’٫٬\s]\d+)*")
_ROUNDED_KINDS = {"money", "count"}
_SMALL = 10
_CENTS = 2


def level_for(requested: int, base_url: str, trusted: Collection[str] = ()) -> DisclosureLevel:
    """The level allowed for a server: exact values only to this machine or a trusted host."""
    level = DisclosureLevel(min(max(requested, DisclosureLevel.NOTHING), DisclosureLevel.VALUES))
    if level is DisclosureLevel.VALUES and not is_local_or_trusted(base_url, trusted):
        return DisclosureLevel.NAMES
    return level


def is_local_or_trusted(base_url: str, trusted: Collection[str] = ()) -> bool:
    """Whether a server is on this machine, or its host is trusted."""
    try:
        host = (urlsplit(base_url).hostname or "").lower()
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback or host in trusted
    except ValueError:
        return host == "localhost" or host in trusted


def build_request(
    question: AskedQuestion,
    passages: Sequence[Passage],
    facts: Sequence[Fact],
    *,
    level: DisclosureLevel,
    mid: str | None,
) -> ModelRequest:
    """Everything that may be sent at this level; ``mid`` is the one MID whose texts may."""
    values = {
        name: value
        for fact in facts
        for key, value in fact.values.items()
        if _is_safe_name(name := f"{fact.key}.{key}")
    }
    kinds = {f"{fact.key}.{key}": kind for fact in facts for key, kind in fact.kinds.items()}
    # Every value is redacted in the question, also those that are no placeholder.
    secrets = [value for fact in facts for value in fact.values.values()]
    allowed = passages_of_one_mid(passages, question, mid)
    # What the texts say leaves with them; at the last level the values do as well.
    said = (f"{passage.article.title} {passage.article.text}" for passage in allowed)
    return ModelRequest(
        question=redact(question.text)
        if level is DisclosureLevel.VALUES
        else redact(question.text, secrets, known=words_of(said)),
        passages=allowed,
        placeholders=tuple(
            _placeholder(name, kinds.get(name, ""), value, level) for name, value in values.items()
        ),
        values=values,
    )


def passages_of_one_mid(
    passages: Sequence[Passage], question: AskedQuestion, mid: str | None
) -> tuple[Passage, ...]:
    """The passages of the assistant and of one of the member's MIDs; default the first's."""
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


def round_value(value: str, kind: str) -> str:
    """A value rounded to its first digit; empty for what cannot be rounded: dates, states."""
    amount = _AMOUNT.search(western_digits(value))
    if kind.partition(":")[0] not in _ROUNDED_KINDS or amount is None:
        return ""
    parts = re.split(r"\D", amount[0])
    if len(parts) > 1 and len(parts[-1]) <= _CENTS:
        parts.pop()
    whole = "".join(parts).lstrip("0")
    if len(whole) < len(str(_SMALL)):
        return f"under {_SMALL}"
    return "about " + whole[0] + "0" * (len(whole) - 1)


def _is_safe_name(name: str) -> bool:
    well_formed = len(name) <= _LONGEST_NAME and _NAME.fullmatch(name)
    return bool(well_formed) and not _ID.search(name)


def _placeholder(name: str, kind: str, value: str, level: DisclosureLevel) -> Placeholder:
    kind = kind if _KIND.fullmatch(kind) and len(kind) <= _LONGEST_NAME else "value"
    if level is DisclosureLevel.VALUES:
        return Placeholder(name, kind, " ".join(value.split()))
    return Placeholder(
        name, kind, round_value(value, kind) if level is DisclosureLevel.ROUNDED else ""
    )
