"""The checks after the model: what a reply must be before a member sees a word of it.

They hold for every provider, whatever schema it promised to keep: valid JSON may still be false.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from knowledge.language import Detector, is_in, primary
from knowledge.llm.redaction import redact
from knowledge.llm.schema import LONGEST_CLAIM, Reply, Said, Status
from knowledge.numerals import WORD, numbers
from knowledge.values import Action, Article, Passage

LONGEST_ANSWER = 900
LEAST_SHARED = 0.2
"""Of a sentence's pieces of four letters, how many its sources must hold; see ``_rests``."""


class Fault(StrEnum):
    """What is wrong with a reply; the text is told to the model when it may try once more."""

    SHAPE = "it was not one JSON object of the given shape"
    EMPTY = "it had no sentence, or sentences without an answer"
    CITATION = "it cited a text that was not given"
    NUMBER = "a number was not in the text that was cited"
    PLACEHOLDER = "a placeholder was not offered, or was broken"
    LINK = "there was a link, an address, an id, a @name, a tag or a command"
    MARKUP = "there was markup, or a character that is not seen"
    LANGUAGE = "it was in another language than asked"
    LENGTH = "it was too long"
    ACTION = "an action was not offered"
    UNFOUNDED = "a sentence was not in the text that it cited"


_PLACEHOLDER = re.compile(r"\{\{fact:([a-z0-9_.]+)\}\}")
_LINK = re.compile(
    r"://|\bwww\b|@|[#$]\w|/[^\W\d_]|\b(?:mailto|tel|tg|javascript|data|hxxps?|https?)\s?:"
    r"|[^\W_]\.[^\W\d_]{2,}|[a-z0-9]。[a-z]{2,}|\b[a-z0-9-]+\s?(?:\[\.\]|\(\.\)|\sdot\s|\s?\.\s?)"
    r"(?:com|org|net|io|me|info|biz|app|link|xyz|ru|cn|co|tk|top|site|online)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"(?<![a-z0-9/])/[a-z]{2,32}\b")
_MARKUP = re.compile(
    r"[<>`*~|\\\[\]{}]|__|\b[a-z]{2,5}_[a-z0-9]{5,}|^\s*(?:[-#>]|\d+\.\s)|&#?\w+;"
)
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Rules:
    """What one request allows: the texts and placeholders sent, the buttons, the language."""

    passages: Sequence[Passage]
    values: Mapping[str, str]
    actions: Sequence[Action]
    language: str
    detector: Detector | None = None

    @cached_property
    def by_alias(self) -> Mapping[str, Passage]:
        """The texts by the short names they have in this request."""
        return {passage.alias: passage for passage in self.passages}

    def fill(self, text: str) -> str:
        """A sentence with the member's values in their places; call it on a checked one only."""
        return _PLACEHOLDER.sub(lambda match: self.values[match[1]], text)


def fault_of_claim(said: Said, rules: Rules) -> Fault | None:
    """What is wrong with one sentence by itself, or nothing."""
    cited = [rules.by_alias[alias].article for alias in said.cites if alias in rules.by_alias]
    if len(cited) < len(said.cites):
        return Fault.CITATION
    bare = _PLACEHOLDER.sub(" ", said.text)
    known = all(key in rules.values for key in _PLACEHOLDER.findall(said.text))
    if not known or "{{" in bare or "}}" in bare:
        return Fault.PLACEHOLDER
    if len(rules.fill(said.text)) > LONGEST_CLAIM:
        return Fault.LENGTH
    source = " ".join(f"{article.title} {article.text}" for article in cited)
    # A command may be named where a text of our own names it; any other would be a tap away.
    ours = " ".join(article.text for article in cited if article.mid_id is None)
    commands = frozenset(_COMMAND.findall(ours))
    return _fault_of_form(bare, commands) or _fault_of_matter(bare, source, cited, rules)


def fault_of_whole(reply: Reply, rules: Rules) -> Fault | None:
    """What is wrong with a reply whose sentences were each found good, or nothing."""
    speaks = reply.status in {Status.ANSWERED, Status.PARTIAL}
    if speaks is not bool(reply.claims):
        return Fault.EMPTY
    if any(alias not in rules.by_alias for alias in reply.clarify_topics):
        return Fault.CITATION
    if any(proposed.kind not in rules.actions for proposed in reply.actions):
        return Fault.ACTION
    text = " ".join(rules.fill(said.text) for said in reply.claims)
    if len(text) > LONGEST_ANSWER:
        return Fault.LENGTH
    spoken = _COMMAND.sub(" ", text)
    return None if is_in(spoken, rules.language, rules.detector) else Fault.LANGUAGE


def fault_of(reply: Reply | None, rules: Rules) -> Fault | None:
    """What is wrong with a reply, or nothing."""
    if reply is None:
        return Fault.SHAPE
    faults = (fault_of_claim(said, rules) for said in reply.claims)
    return next((fault for fault in faults if fault), None) or fault_of_whole(reply, rules)


def _fault_of_form(bare: str, commands: Collection[str]) -> Fault | None:
    """How a sentence looks: plain words, and nothing that a chat turns into a link."""
    if any(unicodedata.category(char) in _UNSEEN and char not in _JOINERS for char in bare):
        return Fault.MARKUP
    plain = unicodedata.normalize("NFKC", bare)
    if not any(char.isalpha() for char in plain):
        return Fault.EMPTY
    plain = _COMMAND.sub(lambda match: " " if match[0] in commands else match[0], plain)
    # A MID's text may hold an account or an address; a sentence of a model never names one.
    if _LINK.search(plain) or set(redact(plain).hidden) - {"number"}:
        return Fault.LINK
    return Fault.MARKUP if _MARKUP.search(plain) else None


def _fault_of_matter(
    bare: str, source: str, cited: Sequence[Article], rules: Rules
) -> Fault | None:
    """What a sentence says: its numbers, its language, and whether its sources can bear it."""
    plain = unicodedata.normalize("NFKC", bare)
    if not numbers(bare) | numbers(plain) <= numbers(source):
        return Fault.NUMBER
    if not is_in(_COMMAND.sub(" ", plain), rules.language, rules.detector):
        return Fault.LANGUAGE
    same = all(primary(article.language) == primary(rules.language) for article in cited)
    return Fault.UNFOUNDED if same and not _rests(plain, source) else None


def _rests(text: str, source: str) -> bool:
    """Whether a sentence shares enough with its sources to have been made of them.

    It stops what was made up from nothing, or obeys a voice in the question; it proves no more.
    """
    pieces = _pieces(text)
    return not pieces or len(pieces & _pieces(source)) / len(pieces) >= LEAST_SHARED


def _pieces(text: str) -> frozenset[str]:
    """Pieces of four letters of the words, of two where a script has no spaces."""
    found: set[str] = set()
    for word in WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        size = 2 if unicodedata.name(word[0], "").startswith("CJK") else 4
        found |= {word[i : i + size] for i in range(len(word) - size + 1)}
    return frozenset(found)
