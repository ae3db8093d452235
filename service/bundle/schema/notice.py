"""A notice as a MID writes it in a file, as frozen models.

The JSON Schema in `docs/` is printed by
`python -m service.bundle.schema.notice > docs/notice.schema.json`.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from service.bundle.schema import checks
from service.bundle.schema.checks import FieldRefusedError, patterned, quote, unique
from service.bundle.schema.fields import LIMITS, Label, Lang, Ref, Slug, Spec, dump_schema
from service.notices.values import MAY_BE_URGENT

FORMAT: Final = "midline-notice/1"

Loc = tuple[str | int, ...]
Finding = tuple[Loc, str, str]
"""Where something is wrong, why, and what to write instead."""

Kind = Literal[
    "licence_offer", "material_change", "audit", "breach", "vote", "strike_call", "task",
    "statement", "coaching", "general",
]  # fmt: skip
AnswerId = Annotated[
    str,
    patterned(r"[a-z0-9_-]{1,16}", "an id", "use a-z, 0-9, _ and -, at most 16 characters"),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9_-]{1,16}$"}),
]
Moment = Annotated[
    datetime,
    BeforeValidator(checks.moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _text(limit: str, check: Callable[[str], str]) -> tuple[StringConstraints, AfterValidator]:
    most = LIMITS[limit]
    return (
        StringConstraints(strip_whitespace=True, min_length=1, max_length=most),
        AfterValidator(check),
    )


class AudienceSpec(Spec):
    """Who the notice is for: one of `everyone`, `licences` and `refs`."""

    everyone: bool = False
    """true: everyone in the MID"""
    licences: Annotated[list[Slug], AfterValidator(unique)] = Field(default_factory=list)
    """licences of the MID; whoever is concerned by one of them"""
    standing: Literal["in", "out", "any"] = "any"
    """with licences: who is in, who is out, or any of those it is offered to"""
    refs: Annotated[list[Ref], Field(max_length=LIMITS["notice_refs"]), AfterValidator(unique)] = (
        Field(default_factory=list)
    )
    """the MID's own numbers of members"""


class TextSpec(Spec):
    """The notice in one language. Plain text."""

    title: Annotated[str, *_text("title", checks.one_line)]
    """the title, one line"""
    body: Annotated[str, *_text("notice_body", checks.lines)]
    """the text"""


class AnswerSpec(Spec):
    """One button that members can answer with."""

    id: AnswerId
    """the answer's id, as reports name it"""
    label: Label
    """what the button says"""


class NoticeSpec(Spec):
    """What a MID says once, to whom, and what can be answered."""

    format: Literal["midline-notice/1"]
    """the name of this format"""
    kind: Kind
    """what it is about"""
    urgent: bool = False
    """true passes quiet hours and mute; only for breach and material_change"""
    audience: AudienceSpec
    """who it is for"""
    text: Annotated[dict[Lang, TextSpec], Field(min_length=1)]
    """its words by language, the original first"""
    answers: Annotated[list[AnswerSpec], Field(max_length=LIMITS["notice_answers"])] = Field(
        default_factory=list
    )
    """at most 3 buttons"""
    closes: Moment | None = None
    """until when answers can be given and changed"""
    send_at: Moment | None = None
    """not before this moment; without it, once approved"""
    expires_at: Moment | None = None
    """after this moment it is sent to nobody else"""
    on_doubt: Literal["resend", "skip"] = "resend"
    """after a crash, whoever may have it already: gets it again, or is left out and listed"""


def cross_check(raw: Any, now: datetime | None = None) -> Iterator[Finding]:
    """Find what is wrong between the fields of a notice.

    ``raw`` is the file as plain blocks and lists. With ``now``, its times must be in the future.
    """
    yield from _urgency(raw)
    yield from _audience(raw.get("audience"))
    yield from _answers(raw)
    yield from _times(raw, now)


def _urgency(raw: dict[str, Any]) -> Iterator[Finding]:
    kinds = [kind.value for kind in MAY_BE_URGENT]
    if raw.get("urgent") is True and raw.get("kind") not in kinds:
        yield (
            ("urgent",),
            f"a notice of kind {quote(raw.get('kind'))} cannot be urgent",
            f"write urgent: false; only {' and '.join(sorted(kinds))} may be urgent",
        )


def _audience(raw: Any) -> Iterator[Finding]:
    if not isinstance(raw, dict):
        return
    given = [key for key in ("everyone", "licences", "refs") if raw.get(key)]
    if not given:
        yield (
            ("audience",),
            "it is for nobody",
            "write {everyone: true}, {licences: [...], standing: in} or {refs: [...]}",
        )
    elif len(given) > 1:
        yield ("audience",), f"{' and '.join(given)} are given together", "keep one of them"
    if "standing" in raw and "licences" not in given:
        yield ("audience", "standing"), "standing is about licences", "name licences with it"


def _answers(raw: dict[str, Any]) -> Iterator[Finding]:
    text, answers = raw.get("text"), raw.get("answers")
    original = next(iter(text), None) if isinstance(text, dict) else None
    seen: set[str] = set()
    for n, answer in enumerate(answers if isinstance(answers, list) else []):
        if not isinstance(answer, dict):
            continue
        answer_id, label = answer.get("id"), answer.get("label")
        if isinstance(answer_id, str) and answer_id in seen:
            yield ("answers", n, "id"), f"{quote(answer_id)} is taken already", "give each its own"
        seen.add(str(answer_id))
        if original is not None and isinstance(label, dict) and label and original not in label:
            yield (
                ("answers", n, "label"),
                f"the label is missing in {quote(original)}, the language of the original",
                f"add {original}",
            )


def _times(raw: dict[str, Any], now: datetime | None) -> Iterator[Finding]:
    moments = {key: _read_moment(raw.get(key)) for key in ("send_at", "closes", "expires_at")}
    if raw.get("closes") is not None and not raw.get("answers"):
        yield ("closes",), "there is nothing that could close", "take it out, or add answers"
    for key in ("closes", "expires_at"):
        moment, start = moments[key], moments["send_at"]
        if moment is not None and now is not None and moment <= now:
            yield (key,), f"{quote(raw[key])} is over", "write a moment in the future"
        elif moment is not None and start is not None and moment <= start:
            yield (key,), f"{key} is not after send_at", "write a later moment"


def _read_moment(value: Any) -> datetime | None:
    try:
        return checks.moment(value)
    except FieldRefusedError:
        return None


def json_schema() -> str:
    """The JSON Schema of a notice, as the text of `docs/notice.schema.json`."""
    return dump_schema(NoticeSpec, "Midline notice")


if __name__ == "__main__":
    sys.stdout.write(json_schema())
