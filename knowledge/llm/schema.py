"""The shape of a model's reply, and the JSON schema that a request asks for.

The schema names only the passages and buttons of its request, so that a server that keeps to it
cannot cite or offer anything else. Replies are checked all the same: not every server does.
"""

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from knowledge.values import Action

LONGEST_CLAIM = 300
_DECODER = json.JSONDecoder()
# Some servers leave the opening mark out, and some models never close it.
_THOUGHT = re.compile(
    r"\A.*</(?:think|thinking|reasoning)>|<(?:think|thinking|reasoning)>.*\Z",
    re.DOTALL | re.IGNORECASE,
)
MOST_CLAIMS = 4


class ReplyStatus(StrEnum):
    """How far the model says the question is answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_FOUND = "not_found"
    CLARIFY = "clarify"
    OFF_TOPIC = "off_topic"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelClaim(_Part):
    """One sentence, and the aliases of the passages it cites."""

    text: str = Field(max_length=LONGEST_CLAIM)
    cites: tuple[str, ...] = Field(min_length=1, max_length=3)


class ProposedAction(_Part):
    """A button to offer. It has no parameter, so it cannot lead to anybody else's data."""

    kind: Action


class ModelReply(_Part):
    """A whole reply. Text outside of it and tool calls are ignored."""

    status: ReplyStatus
    claims: tuple[ModelClaim, ...] = Field(max_length=MOST_CLAIMS)
    clarify_topics: tuple[str, ...] = Field(default=(), max_length=3)
    actions: tuple[ProposedAction, ...] = Field(default=(), max_length=2)


def read_reply(body: str) -> ModelReply | None:
    """Parse a reply; None if it is not valid.

    Models that think aloud, or put their JSON in a fence, mean the same: the one object counts.
    """
    text = _from_object(body)
    try:
        _, end = _DECODER.raw_decode(text)
        # Two objects are two replies: which is meant, nobody knows.
        return None if "{" in text[end:] else ModelReply.model_validate_json(text[:end])
    except (ValueError, RecursionError):
        return None


def complete_claims(body: str) -> tuple[ModelClaim, ...]:
    """The complete sentences of a reply that is still being streamed."""
    try:
        partial = from_json(_from_object(body), allow_partial=True)
        if partial["status"] not in {ReplyStatus.ANSWERED, ReplyStatus.PARTIAL}:
            return ()
        # The last sentence may go on.
        return tuple(ModelClaim.model_validate(claim) for claim in partial["claims"][:-1])
    except (ValueError, KeyError, TypeError):
        return ()


def _from_object(body: str) -> str:
    """What is left of a text from its first object on, without what a model thought before."""
    said = _THOUGHT.sub("", body)
    at = said.find("{")
    return said[at:] if at >= 0 else ""


def reply_schema(aliases: Sequence[str], actions: Sequence[Action]) -> dict[str, Any]:
    """The JSON schema of one request.

    Lengths are checked by ``ModelReply``: some servers refuse strict schemas that limit them.
    """
    cited = {"type": "array", "items": {"type": "string", "enum": list(aliases)}}
    claim = _object({"text": {"type": "string"}, "cites": cited})
    kinds = [str(action) for action in actions] or [str(Action.HELP)]
    return _object(
        {
            "status": {"type": "string", "enum": [str(status) for status in ReplyStatus]},
            "claims": {"type": "array", "items": claim},
            "clarify_topics": cited,
            "actions": {
                "type": "array",
                "items": _object({"kind": {"type": "string", "enum": kinds}}),
            },
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
