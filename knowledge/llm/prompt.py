"""The request as it is sent: rules first and always the same, then texts, then the question."""

import re
import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from knowledge.language import name_of
from knowledge.llm.disclosure import Outgoing
from knowledge.values import Action, Passage

Message = dict[str, str]

MOST_TOKENS_IN = 2000
LEAST_PASSAGES = 1
_PLACE = re.compile(r"\{([a-z]+)\}")


@cache
def prompt(name: str) -> str:
    """A prompt by its file's name."""
    return resources.files("knowledge.llm").joinpath("prompts", f"{name}.txt").read_text("utf-8")


def messages(
    out: Outgoing, actions: Sequence[Action], language: str, *, fault: str = ""
) -> list[Message]:
    """The messages of one request; ``fault`` tells a second try what was wrong with the first."""
    named = name_of(language)
    # The mark is new in every request: a text cannot close what it cannot guess.
    mark = f"=== {secrets.token_hex(8)} ==="
    given = {
        "mark": mark,
        "texts": "\n".join(_text(passage) for passage in out.passages),
        "facts": _facts(out),
        "actions": ", ".join(actions) or "none",
        "question": out.question.text,
        "language": named,
    }
    said = [
        {"role": "system", "content": prompt("rules")},
        {"role": "user", "content": _fill(prompt("texts"), given)},
        {"role": "user", "content": _fill(prompt("question"), given)},
    ]
    if fault:
        again = _fill(prompt("again"), {"fault": fault, "language": named})
        said.append({"role": "user", "content": again})
    return said


def fitting(out: Outgoing, actions: Sequence[Action], language: str) -> tuple[Passage, ...]:
    """As many of the texts, the best first, as the request has room for."""
    passages = out.passages
    while len(passages) > LEAST_PASSAGES:
        trial = Outgoing(
            question=out.question, passages=passages, offers=out.offers, values=out.values
        )
        if tokens(messages(trial, actions, language)) <= MOST_TOKENS_IN:
            break
        passages = passages[:-1]
    return passages


def tokens(said: Sequence[Message]) -> int:
    """About how many tokens messages have; rather too many than too few."""
    return sum(4 + estimate(message["content"]) for message in said)


def estimate(text: str) -> int:
    """About how many tokens a text has: letters outside ASCII cost two or three times as much."""
    plain = sum(char.isascii() for char in text)
    wide = sum("\u2e80" <= char <= "\uffef" for char in text)
    return round(plain / 3.8 + wide * 0.9 + (len(text) - plain - wide) / 2.2)


def _text(passage: Passage) -> str:
    article = passage.article
    return f"[{passage.alias}] {' '.join(article.title.split())}\n{article.text.strip()}"


def _facts(out: Outgoing) -> str:
    if not out.offers:
        return ""
    lines = (
        f"{{{{fact:{offer.name}}}}} {offer.kind}" + (f" = {offer.said}" if offer.said else "")
        for offer in out.offers
    )
    return "\nFacts of this member, each with its kind:\n" + "\n".join(lines)


def _fill(template: str, given: Mapping[str, str]) -> str:
    """Put texts in their places in one pass: braces in a text stay its own."""
    return _PLACE.sub(lambda match: given[match[1]], template).strip()
