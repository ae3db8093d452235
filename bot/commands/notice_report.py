"""A notice for whoever runs the commands: as JSON and as plain English."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from service.notices.values import Counted, Delivery, Hold, Notice, Outcome, Report, Status

WAITING = {
    Hold.NIGHT: "waiting_for_morning",
    Hold.DIGEST: "waiting_for_digest",
    Hold.RETRY: "retry",
}
# What the words of a report mean to a person.
SAYS = {
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


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _people(n: int) -> str:
    return "1 person" if n == 1 else f"{n} people"


def title(notice: Notice) -> str:
    """The title in the original, if there is one yet."""
    said = notice.content.text.get(notice.content.language)
    return said.title if said else "(no text yet)"


def outcomes(report: Report) -> dict[str, dict[str, int]]:
    """Language -> outcome -> how many, with every outcome that somebody has."""
    return {
        language: {Outcome(int(code)).name.lower(): n for code, n in by.items() if n}
        for language, by in sorted(report.notice.outcomes.items())
    }


def sums(report: Report) -> dict[str, int]:
    """Everybody the notice is for, once: what became of them, or what they wait for."""
    found = {one.name.lower(): report.notice.of(one) for one in Outcome}
    found |= {name: report.waiting.get(hold.value, 0) for hold, name in WAITING.items()}
    return {**found, "not_reached": report.pending}


def as_json(report: Report) -> dict[str, Any]:
    """For ``--json``."""
    notice = report.notice
    return {
        "id": notice.id,
        "mid": notice.mid.id,
        "kind": notice.content.kind.value,
        "title": title(notice),
        "status": notice.status.value,
        "reason": notice.reason,
        "revision": notice.rev,
        "created_by": notice.created_by,
        "approved_by": notice.approved_by,
        "created_at": _moment(notice.created_at),
        "due_at": _moment(notice.due_at),
        "started_at": _moment(notice.started_at),
        "ended_at": _moment(notice.ended_at),
        "waits_until": _moment(report.morning),
        "total": notice.total,
        "by_language": dict(notice.counted),
        "in_another_language": dict(notice.foreign),
        "outcomes": outcomes(report),
        **sums(report),
        "answers": answers(report),
    }


def answers(report: Report) -> dict[str, int]:
    """How many chose each answer that is offered."""
    return {
        answer.id: report.answers.get(answer.id, 0) for answer in report.notice.content.answers
    }


def as_line(report: Report) -> str:
    """The present state on one line."""
    notice, found = report.notice, sums(report)
    parts = [f"{SAYS[name]}: {n}" for name, n in found.items() if n]
    reason = f" ({notice.reason})" if notice.reason else ""
    return ", ".join([f"{notice.status.value}{reason}, {_people(notice.total)}", *parts])


def as_text(report: Report) -> str:
    """For people: a line for each outcome, a column for each language."""
    notice, found = report.notice, outcomes(report)
    languages = sorted({*notice.counted, *found})
    lines = [listed_line(notice)]
    if report.morning is not None:
        lines.append(f"night for its members: it waits until {_moment(report.morning)}")
    lines.append(_table("", [*languages, "all"]))
    lines.append(
        _table(
            "people", [*(notice.counted.get(language, 0) for language in languages), notice.total]
        )
    )
    for name, n in sums(report).items():
        if n:
            by = [found.get(language, {}).get(name, "") for language in languages]
            lines.append(_table(SAYS[name], [*by, n]))
    lines += [f"answer {name}: {n}" for name, n in answers(report).items()]
    return "\n".join(lines)


def _table(name: str, cells: Iterable[object]) -> str:
    return "".join([f"{name:<26}", *(f"{cell!s:>9}" for cell in cells)]).rstrip()


def listed_line(notice: Notice) -> str:
    """A notice on one line."""
    more = ""
    if notice.status is Status.SECOND:
        more = f", approved by {notice.approved_by}; a second person has to approve it too"
    elif notice.status is Status.SCHEDULED:
        more = f", approved by {notice.approved_by}, from {_moment(notice.due_at)}"
    elif notice.reason:
        more = f": {notice.reason}"
    return (
        f"{notice.id}  {notice.mid.id}  {title(notice)}  "
        f"{notice.status.value}, {_people(notice.total)}{more}"
    )


def counted_json(notice: Notice, counted: Counted) -> dict[str, Any]:
    """A draft, or what was approved at once, with its count."""
    return {
        "id": notice.id,
        "mid": notice.mid.id,
        "status": notice.status.value,
        "total": counted.total,
        "by_language": dict(counted.by_language),
        "in_another_language": dict(counted.foreign),
        "due_at": _moment(notice.due_at),
    }


def counted_text(notice: Notice, counted: Counted) -> str:
    """The same for people."""
    lines = [f"{notice.id}: it goes to {_people(counted.total)}"]
    lines += [f"  {one}: {n}" for one, n in sorted(counted.by_language.items())]
    lines += _foreign(counted.foreign)
    if notice.status is Status.DRAFT:
        lines.append(f"To send it to {counted.total}: midline notice approve {notice.id}")
    else:
        lines.append(listed_line(notice))
    return "\n".join(lines)


def _foreign(foreign: Mapping[str, int]) -> list[str]:
    return [
        f"  {n} of those in {language} would read it in a language that is not theirs"
        for language, n in sorted(foreign.items())
    ]


def delivery_json(one: Delivery) -> dict[str, Any]:
    """What became of a notice for one person."""
    held = {hold.value: name for hold, name in WAITING.items()}
    return {
        "pseudonym": one.pseudonym,
        "outcome": held.get(one.outcome, one.outcome),
        "at": _moment(one.at),
        "answer": one.answer,
    }
