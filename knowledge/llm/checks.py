"""Checks that a model's reply must pass before a member sees a word of it.

They apply to every provider, even one that guarantees the JSON schema: valid JSON may be false.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from knowledge.language import Detector, is_in_language, primary_subtag
from knowledge.llm.redaction import redact
from knowledge.llm.schema import LONGEST_CLAIM, ModelClaim, ModelReply, ReplyStatus
from knowledge.numerals import WORD, find_numbers
from knowledge.values import Action, Article, Passage

LONGEST_ANSWER = 900
LEAST_SHARED = 0.2
"""The share of a sentence's n-grams that its sources must hold; see ``_is_founded``."""


class ReplyFault(StrEnum):
    """What is wrong with a reply; the value is sent to the model when it may try once more."""

    SHAPE = "it was not one JSON object of the given shape"
    CUT = "it was cut off at the limit of length: say less"
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
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class ReplyRules:
    """What one request allows: its passages, placeholder values, buttons and language."""

    passages: Sequence[Passage]
    values: Mapping[str, str]
    actions: Sequence[Action]
    language: str
    detector: Detector | None = None

    @cached_property
    def by_alias(self) -> Mapping[str, Passage]:
        """The passages by their aliases in this request."""
        return {passage.alias: passage for passage in self.passages}

    def fill(self, text: str) -> str:
        """Replace a sentence's placeholders by the member's values; only for checked sentences."""
        return _PLACEHOLDER.sub(lambda match: self.values[match[1]], text)


def find_claim_fault(claim: ModelClaim, rules: ReplyRules) -> ReplyFault | None:
    """What is wrong with one sentence by itself, or None."""
    cited = [rules.by_alias[alias].article for alias in claim.cites if alias in rules.by_alias]
    if len(cited) < len(claim.cites):
        return ReplyFault.CITATION
    bare = _PLACEHOLDER.sub(" ", claim.text)
    known = all(key in rules.values for key in _PLACEHOLDER.findall(claim.text))
    if not known or "{{" in bare or "}}" in bare:
        return ReplyFault.PLACEHOLDER
    if len(rules.fill(claim.text)) > LONGEST_CLAIM:
        return ReplyFault.LENGTH
    source = " ".join(f"{article.title} {article.text}" for article in cited)
    # Telegram makes every command a link, so only commands that a cited text of the assistant's
    # own names are allowed.
    own_texts = " ".join(article.text for article in cited if article.mid_id is None)
    commands = frozenset(_COMMAND.findall(own_texts))
    return _find_form_fault(bare, commands) or _find_content_fault(bare, source, cited, rules)


def find_reply_fault(reply: ModelReply, rules: ReplyRules) -> ReplyFault | None:
    """What is wrong with a reply whose sentences passed one by one, or None."""
    answers = reply.status in {ReplyStatus.ANSWERED, ReplyStatus.PARTIAL}
    if answers is not bool(reply.claims):
        return ReplyFault.EMPTY
    if any(alias not in rules.by_alias for alias in reply.clarify_topics):
        return ReplyFault.CITATION
    if any(proposed.kind not in rules.actions for proposed in reply.actions):
        return ReplyFault.ACTION
    text = " ".join(rules.fill(claim.text) for claim in reply.claims)
    if len(text) > LONGEST_ANSWER:
        return ReplyFault.LENGTH
    prose = _COMMAND.sub(" ", text)
    return None if is_in_language(prose, rules.language, rules.detector) else ReplyFault.LANGUAGE


def find_fault(reply: ModelReply | None, rules: ReplyRules) -> ReplyFault | None:
    """What is wrong with a reply, or None; a reply of None is of the wrong shape."""
    if reply is None:
        return ReplyFault.SHAPE
    faults = (find_claim_fault(claim, rules) for claim in reply.claims)
    return next((fault for fault in faults if fault), None) or find_reply_fault(reply, rules)


def _find_form_fault(bare: str, commands: Collection[str]) -> ReplyFault | None:
    """Check that a sentence is plain words, with nothing that a chat turns into a link."""
    if any(unicodedata.category(char) in _INVISIBLE and char not in _JOINERS for char in bare):
        return ReplyFault.MARKUP
    plain = unicodedata.normalize("NFKC", bare)
    if not any(char.isalpha() for char in plain):
        return ReplyFault.EMPTY
    plain = _COMMAND.sub(lambda match: " " if match[0] in commands else match[0], plain)
    # A MID's text may hold an account number or an address; a model must not repeat one.
    if _LINK.search(plain) or set(redact(plain).hidden) - {"number"}:
        return ReplyFault.LINK
    return ReplyFault.MARKUP if _MARKUP.search(plain) else None


def _find_content_fault(
    bare: str, source: str, cited: Sequence[Article], rules: ReplyRules
) -> ReplyFault | None:
    """Check a sentence's numbers, its language, and that its sources support it."""
    plain = unicodedata.normalize("NFKC", bare)
    if not find_numbers(bare) | find_numbers(plain) <= find_numbers(source):
        return ReplyFault.NUMBER
    if not is_in_language(_COMMAND.sub(" ", plain), rules.language, rules.detector):
        return ReplyFault.LANGUAGE
    same = all(
        primary_subtag(article.language) == primary_subtag(rules.language) for article in cited
    )
    return ReplyFault.UNFOUNDED if same and not _is_founded(plain, source) else None


def _is_founded(text: str, source: str) -> bool:
    """Whether a sentence shares enough n-grams with its sources to be made from them.

    It stops sentences that are made up, or that obey a prompt injection; it proves no more.
    """
    ngrams = _ngrams(text)
    return not ngrams or len(ngrams & _ngrams(source)) / len(ngrams) >= LEAST_SHARED


def _ngrams(text: str) -> frozenset[str]:
    """Four letters of words at a time, two in a script without spaces."""
    ngrams: set[str] = set()
    for word in WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        size = 2 if unicodedata.name(word[0], "").startswith("CJK") else 4
        ngrams |= {word[i : i + size] for i in range(len(word) - size + 1)}
    return frozenset(ngrams)
