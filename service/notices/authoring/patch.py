"""Changes of a draft: which fields get which values, and what follows from it for the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Literal

from service.errors import NotFoundError
from service.licences.values import Licence
from service.notices.values import AnswerOption, Audience, NoticeContent, NoticeKind


class Unset(Enum):
    """The type of ``UNSET``, for fields in which None is a value."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class AudiencePatch:
    """A new audience: everyone, or members by their standing in licences, given by their ids."""

    everyone: bool = False
    licence_ids: tuple[str, ...] = ()
    standing: Literal["in", "out", "any"] = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePatch:
    """New values for some fields of a draft. What is None, or ``UNSET``, stays as it is.

    ``answers`` may be empty: none are offered then. ``send_at`` None: as soon as it is approved;
    ``closes`` None: answers are taken for ever.
    """

    kind: NoticeKind | None = None
    audience: AudiencePatch | None = None
    answers: tuple[AnswerOption, ...] | None = None
    send_at: datetime | Unset | None = UNSET
    closes: datetime | Unset | None = UNSET


def apply_patch(
    content: NoticeContent, patch: NoticePatch, licences: Sequence[Licence]
) -> NoticeContent:
    """Change a draft. Only a breach is urgent; answers never close before they can be given.

    ``licences`` are those of the MID that a notice may be about.

    Raises:
        NotFoundError: one of the licences is not among them, or nothing can close at that time.
    """
    changes: dict[str, object] = {}
    if patch.kind is not None:
        changes |= {"kind": patch.kind, "urgent": patch.kind is NoticeKind.BREACH}
    if patch.audience is not None:
        changes["audience"] = _build_audience(patch.audience, licences)
    answers, send_at, closes = content.answers, content.send_at, content.closes
    if patch.answers is not None:
        answers = patch.answers
    if patch.send_at is not UNSET:
        send_at = patch.send_at
    if patch.closes is not UNSET:
        closes = patch.closes
        if closes is not None and (not answers or (send_at is not None and send_at >= closes)):
            raise NotFoundError("there is nothing that could close then")
    elif not answers or (closes is not None and send_at is not None and closes <= send_at):
        closes = None
    changes |= {"answers": answers, "send_at": send_at, "closes": closes}
    return content.model_copy(update=changes)


def _build_audience(patch: AudiencePatch, licences: Sequence[Licence]) -> Audience:
    slugs = {licence.id: licence.slug for licence in licences}
    for licence_id in patch.licence_ids:
        if licence_id not in slugs:
            raise NotFoundError(f"no licence {licence_id!r} that a notice could be about")
    return Audience(
        everyone=patch.everyone,
        licences=tuple(slugs[licence_id] for licence_id in patch.licence_ids),
        standing=patch.standing,
    )
