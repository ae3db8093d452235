"""What a model may say: the shape of its reply, and the request's own schema for it.

The schema names the texts and buttons of one request and no others, so that a server that keeps to
it cannot cite or offer anything else. What comes back is checked again: not every server does.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from knowledge.values import Action

LONGEST_CLAIM = 300
MOST_CLAIMS = 4


class Status(StrEnum):
    """How far the model says the question is answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_FOUND = "not_found"
    CLARIFY = "clarify"
    OFF_TOPIC = "off_topic"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Part):
    """One sentence, and the short names of the texts it rests on."""

    text: str = Field(max_length=LONGEST_CLAIM)
    cites: tuple[str, ...] = Field(min_length=1, max_length=3)


class Proposed(_Part):
    """A button to offer. It has no target: there is nothing in it that could be another's."""

    kind: Action


class Reply(_Part):
    """All that a model may say: text outside it and tool calls count as nothing."""

    status: Status
    claims: tuple[Said, ...] = Field(max_length=MOST_CLAIMS)
    clarify_topics: tuple[str, ...] = Field(default=(), max_length=3)
    actions: tuple[Proposed, ...] = Field(default=(), max_length=2)


def read_reply(body: str) -> Reply | None:
    """The reply in a server's text; None where it is none."""
    try:
        return Reply.model_validate_json(body)
    except ValidationError:
        return None


def whole_claims(body: str) -> tuple[Said, ...]:
    """The sentences that are surely complete in a reply that is still being written."""
    try:
        begun = from_json(body, allow_partial=True)
        if begun["status"] not in {Status.ANSWERED, Status.PARTIAL}:
            return ()
        # The last one may go on.
        return tuple(Said.model_validate(claim) for claim in begun["claims"][:-1])
    except (ValueError, KeyError, TypeError):
        return ()


def schema(aliases: Sequence[str], actions: Sequence[Action]) -> dict[str, Any]:
    """The JSON schema of one request.

    Lengths are left to ``Reply``: strict modes of some servers refuse schemas that name them.
    """
    cited = {"type": "array", "items": {"type": "string", "enum": list(aliases)}}
    said = _object({"text": {"type": "string"}, "cites": cited})
    kinds = [str(action) for action in actions] or [str(Action.HELP)]
    return _object(
        {
            "status": {"type": "string", "enum": [str(status) for status in Status]},
            "claims": {"type": "array", "items": said},
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
