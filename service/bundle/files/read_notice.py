"""A notice file into a notice's `Content`, or every reason why not, with its line and its mend."""

import json
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from service.bundle.files.format import FileRefusedError, Format
from service.bundle.schema.notice import FORMAT, NoticeSpec, json_schema, problems_together
from service.notices.values import Audience, Choice, Content, NoticeKind, NoticeText


class NoticeFileRefusedError(FileRefusedError):
    """A notice file is refused whole."""


@cache
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json_schema())
    return loaded


def _format(now: datetime | None) -> Format[NoticeSpec]:
    together = partial(problems_together, now=now)
    return Format(FORMAT, "a notice", NoticeSpec, _schema, together, NoticeFileRefusedError)


def read_notice_file(path: Path, now: datetime | None) -> Content:
    """Read the notice in a `.yaml`, `.yml` or `.json` file.

    What closes or expires has to lie after ``now``; None does not ask, for a correction.

    Raises:
        NoticeFileRefusedError: the file cannot be read, or what it says breaks a rule.
    """
    return _content(_format(now).read(path)[0])


def parse_notice(text: str, file: str, now: datetime | None) -> Content:
    """Read a notice from its text; `file` names it in refusals, and `.json` asks for JSON.

    Raises:
        NoticeFileRefusedError: with every problem that can be told at once, in the order of lines.
    """
    return _content(_format(now).parse(text, file)[0])


def _content(spec: NoticeSpec) -> Content:
    said = spec.audience
    return Content(
        kind=NoticeKind(spec.kind),
        urgent=spec.urgent,
        audience=Audience(
            everyone=said.everyone,
            licences=tuple(said.licences),
            standing=said.standing,
            refs=tuple(said.refs),
        ),
        text={lang: NoticeText(title=one.title, body=one.body) for lang, one in spec.text.items()},
        answers=tuple(Choice(id=answer.id, label=dict(answer.label)) for answer in spec.answers),
        closes=spec.closes,
        send_at=spec.send_at,
        expires_at=spec.expires_at,
        on_doubt=spec.on_doubt,
    )
