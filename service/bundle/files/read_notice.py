"""Reading a notice file: the content of a notice, or all problems, each with line and mend."""

import json
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from service.bundle.files.format import FileFormat, FileRefusedError
from service.bundle.schema.notice import FORMAT, NoticeSpec, cross_check, json_schema
from service.notices.values import AnswerOption, Audience, NoticeContent, NoticeKind, NoticeText


class NoticeFileRefusedError(FileRefusedError):
    """A notice file is refused as a whole."""


@cache
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json_schema())
    return loaded


def _format(now: datetime | None) -> FileFormat[NoticeSpec]:
    return FileFormat(
        name=FORMAT,
        what="a notice",
        model=NoticeSpec,
        schema=_schema,
        cross_check=partial(cross_check, now=now),
        refused=NoticeFileRefusedError,
    )


def read_notice_file(path: Path, now: datetime | None) -> NoticeContent:
    """Read the notice in a `.yaml`, `.yml` or `.json` file.

    ``closes`` and ``expires_at`` must be after ``now``; None, for a correction, does not check it.

    Raises:
        NoticeFileRefusedError: the file cannot be read, or what it says breaks a rule.
    """
    return _build_content(_format(now).read(path)[0])


def parse_notice(text: str, file: str, now: datetime | None) -> NoticeContent:
    """Read a notice from its text; `file` is the name for errors, of which `.json` asks for JSON.

    Raises:
        NoticeFileRefusedError: with every problem found at once, in the order of lines.
    """
    return _build_content(_format(now).parse(text, file)[0])


def _build_content(spec: NoticeSpec) -> NoticeContent:
    audience = spec.audience
    return NoticeContent(
        kind=NoticeKind(spec.kind),
        urgent=spec.urgent,
        audience=Audience(
            everyone=audience.everyone,
            licences=tuple(audience.licences),
            standing=audience.standing,
            refs=tuple(audience.refs),
        ),
        text={
            language: NoticeText(title=text.title, body=text.body)
            for language, text in spec.text.items()
        },
        answers=tuple(
            AnswerOption(id=answer.id, label=dict(answer.label)) for answer in spec.answers
        ),
        closes=spec.closes,
        send_at=spec.send_at,
        expires_at=spec.expires_at,
        on_doubt=spec.on_doubt,
    )
