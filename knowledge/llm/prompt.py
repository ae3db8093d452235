"""The messages of a request: the fixed rules, then the passages, then the question."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources

from knowledge.language import english_name
from knowledge.llm.disclosure import ModelRequest
from knowledge.values import Action, Passage

Message = dict[str, str]

MOST_TOKENS_IN = 2000
"""Estimated tokens of a request; passages are left out until it fits."""
LEAST_PASSAGES = 1
_PLACE = re.compile(r"\{([a-z]+)\}")


@cache
def read_prompt(name: str) -> str:
    """Read a prompt of the folder `prompts` by its file's name."""
    return resources.files("knowledge.llm").joinpath("prompts", f"{name}.txt").read_text("utf-8")


def build_messages(
    request: ModelRequest, actions: Sequence[Action], language: str, *, fault: str = ""
) -> list[Message]:
    """The messages of one request. ``fault`` says what was wrong with the reply to the first."""
    language_name = english_name(language)
    # The delimiter is random, so that no passage can forge the end of the passages.
    mark = f"=== {secrets.token_hex(8)} ==="
    fields = {
        "mark": mark,
        "texts": "\n".join(_passage_text(passage) for passage in request.passages),
        "facts": _facts(request),
        "actions": ", ".join(actions) or "none",
        "question": request.question.text,
        "language": language_name,
    }
    messages = [
        {"role": "system", "content": read_prompt("rules")},
        {"role": "user", "content": _fill(read_prompt("texts"), fields)},
        {"role": "user", "content": _fill(read_prompt("question"), fields)},
    ]
    if fault:
        again = _fill(read_prompt("again"), {"fault": fault, "language": language_name})
        messages.append({"role": "user", "content": again})
    return messages


def passages_that_fit(
    request: ModelRequest, actions: Sequence[Action], language: str
) -> tuple[Passage, ...]:
    """As many of the passages, best first, as ``MOST_TOKENS_IN`` has room for."""
    passages = request.passages
    while len(passages) > LEAST_PASSAGES:
        trial = replace(request, passages=passages)
        if estimate_tokens(build_messages(trial, actions, language)) <= MOST_TOKENS_IN:
            break
        passages = passages[:-1]
    return passages


def estimate_tokens(messages: Sequence[Message]) -> int:
    """Estimate the tokens of messages, rather too many than too few."""
    return sum(4 + estimate_text_tokens(message["content"]) for message in messages)


def estimate_text_tokens(text: str) -> int:
    """Estimate the tokens of a text: letters outside ASCII take two or three times as many."""
    plain = sum(char.isascii() for char in text)
    wide = sum("\u2e80" <= char <= "\uffef" for char in text)
    return round(plain / 3.8 + wide * 0.9 + (len(text) - plain - wide) / 2.2)


def _passage_text(passage: Passage) -> str:
    article = passage.article
    return f"[{passage.alias}] {' '.join(article.title.split())}\n{article.text.strip()}"


def _facts(request: ModelRequest) -> str:
    if not request.placeholders:
        return ""
    lines = (
        f"{{{{fact:{placeholder.name}}}}} {placeholder.kind}"
        + (f" = {placeholder.value}" if placeholder.value else "")
        for placeholder in request.placeholders
    )
    return "\nFacts of this member, each with its kind:\n" + "\n".join(lines)


def _fill(template: str, fields: Mapping[str, str]) -> str:
    """Fill a template in one pass, so that braces in a field are not filled."""
    return _PLACE.sub(lambda match: fields[match[1]], template).strip()
