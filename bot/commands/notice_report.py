"""Formats notices, their counts and outcomes for ``midline notice``: as JSON and as text."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from service.notices.values import (
    AudienceCount,
    DeferReason,
    Notice,
    NoticeDelivery,
    NoticeOutcome,
    NoticeReport,
    NoticeStatus,
)

DEFER_NAMES = {
    DeferReason.NIGHT: "waiting_for_morning",
    DeferReason.DIGEST: "waiting_for_digest",
    DeferReason.RETRY: "retry",
}
"""The names of holds in ``--json``."""
LABELS = {
    "sent": "delivered to Telegram",
    "in_digest": "delivered in a digest",
    "blocked": "blocked the bot",
    "unreachable": "not reachable",
    "muted": "muted or stopped",
    "left": "left meanwhile",
    "changed": "not concerned any more",
    "uncertain": "not certain",
    "failed": "failed",
    "waiting_for_morning": "waiting for the morning",
    "waiting_for_digest": "waiting for a digest",
    "retry": "tried again soon",
    "not_reached": "not reached yet",
}
"""What the text report calls the outcomes and holds of ``--json``."""


def notice_title(notice: Notice) -> str:
    """The title in the notice's original language; a draft may have none yet."""
    text = notice.content.text.get(notice.content.language)
    return text.title if text else "(no text yet)"


def outcomes_by_language(report: NoticeReport) -> dict[str, dict[str, int]]:
    """Language -> name of the outcome -> number of people, without zeros."""
    return {
        language: {NoticeOutcome(int(code)).name.lower(): n for code, n in counts.items() if n}
        for language, counts in sorted(report.notice.outcomes.items())
    }


def totals(report: NoticeReport) -> dict[str, int]:
    """Number of people by outcome or hold. Together they are everybody the notice is for."""
    counts = {outcome.name.lower(): report.notice.count_of(outcome) for outcome in NoticeOutcome}
    counts |= {name: report.waiting.get(reason.value, 0) for reason, name in DEFER_NAMES.items()}
    return {**counts, "not_reached": report.pending}


def report_json(report: NoticeReport) -> dict[str, Any]:
    """The report as ``--json`` prints it."""
    notice = report.notice
    return {
        "id": notice.id,
        "mid": notice.mid.id,
        "kind": notice.content.kind.value,
        "title": notice_title(notice),
        "status": notice.status.value,
        "reason": notice.reason,
        "revision": notice.rev,
        "created_by": notice.created_by,
        "approved_by": notice.approved_by,
        "created_at": _iso(notice.created_at),
        "due_at": _iso(notice.due_at),
        "started_at": _iso(notice.started_at),
        "ended_at": _iso(notice.ended_at),
        "waits_until": _iso(report.morning),
        "total": notice.total,
        "by_language": dict(notice.counted),
        "in_another_language": dict(notice.foreign),
        "outcomes": outcomes_by_language(report),
        **totals(report),
        "answers": answer_counts(report),
    }


def answer_counts(report: NoticeReport) -> dict[str, int]:
    """Number of people by the answer they chose, zeros included."""
    return {
        answer.id: report.answers.get(answer.id, 0) for answer in report.notice.content.answers
    }


def report_line(report: NoticeReport) -> str:
    """The status and the totals on one line, as ``--watch`` prints it."""
    notice = report.notice
    parts = [f"{LABELS[name]}: {n}" for name, n in totals(report).items() if n]
    reason = f" ({notice.reason})" if notice.reason else ""
    return ", ".join([f"{notice.status.value}{reason}, {_people_text(notice.total)}", *parts])


def report_text(report: NoticeReport) -> str:
    """The report as a table: a row for each outcome, a column for each language."""
    notice, outcomes = report.notice, outcomes_by_language(report)
    languages = sorted({*notice.counted, *outcomes})
    lines = [notice_line(notice)]
    if report.morning is not None:
        lines.append(f"night for its members: it waits until {_iso(report.morning)}")
    lines.append(_row("", [*languages, "all"]))
    lines.append(
        _row(
            "people", [*(notice.counted.get(language, 0) for language in languages), notice.total]
        )
    )
    for name, n in totals(report).items():
        if n:
            cells = [outcomes.get(language, {}).get(name, "") for language in languages]
            lines.append(_row(LABELS[name], [*cells, n]))
    lines += [f"answer {name}: {n}" for name, n in answer_counts(report).items()]
    return "\n".join(lines)


def notice_line(notice: Notice) -> str:
    """A notice on one line: ids, title, status, number of people, and what it waits for."""
    more = ""
    if notice.status is NoticeStatus.SECOND:
        more = f", approved by {notice.approved_by}; a second person has to approve it too"
    elif notice.status is NoticeStatus.SCHEDULED:
        more = f", approved by {notice.approved_by}, from {_iso(notice.due_at)}"
    elif notice.reason:
        more = f": {notice.reason}"
    return (
        f"{notice.id}  {notice.mid.id}  {notice_title(notice)}  "
        f"{notice.status.value}, {_people_text(notice.total)}{more}"
    )


def count_json(notice: Notice, counted: AudienceCount) -> dict[str, Any]:
    """A notice and its count, as ``send --json`` prints them."""
    return {
        "id": notice.id,
        "mid": notice.mid.id,
        "status": notice.status.value,
        "total": counted.total,
        "by_language": dict(counted.by_language),
        "in_another_language": dict(counted.foreign),
        "due_at": _iso(notice.due_at),
    }


def count_text(notice: Notice, counted: AudienceCount) -> str:
    """A notice and its count as text, with the command that approves it if it is a draft."""
    lines = [f"{notice.id}: it goes to {_people_text(counted.total)}"]
    lines += [f"  {language}: {n}" for language, n in sorted(counted.by_language.items())]
    lines += _foreign_lines(counted.foreign)
    if notice.status is NoticeStatus.DRAFT:
        lines.append(f"To send it to {counted.total}: midline notice approve {notice.id}")
    else:
        lines.append(notice_line(notice))
    return "\n".join(lines)


def delivery_json(delivery: NoticeDelivery) -> dict[str, Any]:
    """The outcome of a notice for one person, as a line of ``deliveries``."""
    reason_names = {reason.value: name for reason, name in DEFER_NAMES.items()}
    return {
        "pseudonym": delivery.pseudonym,
        "outcome": reason_names.get(delivery.outcome, delivery.outcome),
        "at": _iso(delivery.at),
        "answer": delivery.answer,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _people_text(n: int) -> str:
    return "1 person" if n == 1 else f"{n} people"


def _row(name: str, cells: Iterable[object]) -> str:
    return "".join([f"{name:<26}", *(f"{cell!s:>9}" for cell in cells)]).rstrip()


def _foreign_lines(foreign: Mapping[str, int]) -> list[str]:
    return [
        f"  {n} of those in {language} would read it in a language that is not theirs"
        for language, n in sorted(foreign.items())
    ]
