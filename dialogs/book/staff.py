"""Screens of staff who announce, for the screen book."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialogs.book import samples as s
from dialogs.screen import Screen
from dialogs.staff import announce, draft
from dialogs.staff.callbacks import Part
from dialogs.staff.labels import yes_and_no
from locales.words import Words
from service.licences.values import Licence
from service.mids.values import Mid
from service.notices.authoring.chat_views import Desk, Said, Sheet
from service.notices.values import (
    Audience,
    Content,
    Counted,
    Halt,
    Notice,
    NoticeKind,
    NoticeText,
    Report,
    Status,
)
from service.staff.values import LinkState, LinkView, Staff

Sample = Callable[[Words], Screen]

_TEXT = {
    "en": NoticeText(
        title="Open evening", body="Meet the robot team on 3 December at 18:00. Bring questions."
    ),
    "es": NoticeText(
        title="Tarde abierta",
        body="Conoce al equipo del robot el 3 de diciembre a las 18:00. Trae tus preguntas.",
    ),
}
_COUNTED = Counted(by_language={"en": 1200, "es": 640}, foreign={"en": 35}, upper=1840, numbers=())
_NOBODY = Counted(by_language={}, foreign={}, upper=1840, numbers=())
_OUTCOMES = {
    "en": {"1": 900, "2": 20, "3": 12, "4": 3, "5": 8, "6": 2, "7": 1, "8": 1, "9": 1},
    "es": {"1": 500},
}
_CAREFUL: Mid = s.NURSES.model_copy(update={"second_person_above": 500})


def staff(mid: Mid = s.NURSES) -> Staff:
    """Somebody who announces for a MID."""
    return Staff(
        id="stf_sample0000000000", mid=mid, name="Rosa", member_id="mem_sample", added_at=s.NOW
    )


def notice(status: Status = Status.DRAFT, mid: Mid = s.NURSES, **changes: Any) -> Notice:
    """An open evening."""
    content = Content(
        kind=NoticeKind.GENERAL,
        audience=Audience(licences=("lifting-robot",), standing="in"),
        text=_TEXT,
        answers=yes_and_no(),
    )
    made = Notice(
        id="ntc_sample0000000000", mid=mid, content=content, status=status, rev=1, edited_rev=1,
        created_by="Rosa", approved_by=None if status is Status.DRAFT else "Ben",
        counted=_COUNTED.by_language, foreign=_COUNTED.foreign, upper=1840, floor=0, intent=0,
        epoch=0, outcomes={}, halt=None, reason=None, wave_passed=False, created_at=s.NOW,
        due_at=None, started_at=None, ended_at=None,
    )  # fmt: skip
    return replace(made, **changes)


def _licences() -> tuple[Licence, ...]:
    held = (s.holding(), s.holding(s.TERMS[1]), s.holding(s.TERMS[2]))
    return tuple(one.licence for one in held)


def sheet(
    one: Notice | None = None,
    said: Said = Said.NOTHING,
    *,
    counted: Counted | None = None,
    complete: bool = True,
) -> Sheet:
    """A notice on the desk."""
    one = one or notice()
    return Sheet(
        staff=staff(one.mid),
        report=Report(notice=one),
        now=s.NOW,
        licences=_licences(),
        seen="0" * 8,
        complete=complete,
        counted=counted,
        said=said,
    )


def _empty() -> Notice:
    return notice(
        content=Content(kind=NoticeKind.BREACH, audience=Audience(), text={}), counted={}
    )


def _aimed(audience: Audience) -> Notice:
    return notice(content=notice().content.model_copy(update={"audience": audience}))


_MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)


def _report(status: Status, **changes: Any) -> Report:
    return Report(
        notice=notice(status, outcomes=_OUTCOMES, **changes),
        waiting={"night": 40, "digest": 30, "retry": 2},
        answers={"yes": 300, "no": 120},
    )


def staff_samples() -> dict[str, Sample]:
    """Every screen of announcing, in every state that reads differently, by name."""
    second = notice(Status.SECOND, _CAREFUL)
    everyone = Audience(everyone=True)
    found: dict[str, Sample] = {
        "announcing": lambda w: announce.desk(
            Desk(posts=(staff(),), notices=(notice(Status.RUNNING),)), w
        ),
        "announcing, nothing yet": lambda w: announce.desk(Desk(posts=(staff(),), notices=()), w),
        "announcing, two MIDs": lambda w: announce.desk(_two(), w),
        "a notice in the night": lambda w: announce.progress(
            Report(notice=notice(Status.RUNNING), morning=_MORNING), w
        ),
        "announcing, no staff": lambda w: announce.desk(Desk(posts=(), notices=()), w),
        "draft": lambda w: announce.screen(sheet(), w),
        "draft, empty": lambda w: announce.screen(sheet(_empty(), complete=False), w),
        "draft, for everyone": lambda w: announce.screen(sheet(_aimed(everyone)), w),
        "draft texts": lambda w: draft.texts(sheet(), w),
        "draft texts, to be corrected": lambda w: draft.texts(sheet(notice(Status.RUNNING)), w),
        "draft text prompt": lambda w: draft.prompt(sheet(), "es", w),
        "draft kind": lambda w: draft.kinds(sheet(), w),
        "draft audience": lambda w: draft.audience(sheet(), w),
        "draft, when": lambda w: announce.part(sheet(), Part.SEND_AT, "", w),
        "draft, until when": lambda w: announce.part(sheet(), Part.CLOSES, "", w),
        "draft, with both": lambda w: announce.screen(sheet(_timed()), w),
        "draft preview": lambda w: announce.part(sheet(), Part.PREVIEW, "es", w),
        "count": lambda w: announce.screen(sheet(counted=_COUNTED), w),
        "count, with both": lambda w: announce.screen(sheet(_timed(), counted=_COUNTED), w),
        "count, nobody": lambda w: announce.screen(sheet(counted=_NOBODY), w),
        "count, a second person": lambda w: announce.screen(
            sheet(notice(mid=_CAREFUL), counted=_COUNTED), w
        ),
        "count, approved by another": lambda w: announce.screen(sheet(second), w),
        "count, approved by oneself": lambda w: announce.screen(
            sheet(replace(second, approved_by="Rosa"), Said.SAME_PERSON), w
        ),
    }
    for audience in (
        Audience(licences=("lifting-robot",), standing="out"),
        Audience(licences=("lifting-robot",)),
        Audience(refs=("N-0001", "N-0002")),
    ):
        name = f"draft, for {audience.standing} {len(audience.refs)}"
        found[name] = _overview(audience)
    for said in Said:
        found[f"draft after: {said}"] = _after(said)
    for status in [one for one in Status if one not in {Status.DRAFT, Status.SECOND}]:
        found[f"progress: {status}"] = _progress(status)
    found["progress: starts later"] = _starts_later
    for halt in Halt:
        found[f"progress: on hold, {halt}"] = _halted(halt)
    for state in LinkState:
        found[f"staff link: {state}"] = _link(state)
    return found


def _two() -> Desk:
    first = notice()
    return Desk(
        posts=(staff(), staff(s.TRANSLATORS)),
        notices=tuple(replace(first, id=f"ntc_{n}", status=one) for n, one in enumerate(Status)),
    )


def _overview(audience: Audience) -> Sample:
    return lambda w: announce.screen(sheet(_aimed(audience)), w)


def _after(said: Said) -> Sample:
    return lambda w: announce.after_text(sheet(said=said), w)


def _timed() -> Notice:
    one = notice()
    at, closes = s.NOW + timedelta(days=1), s.NOW + timedelta(days=8)
    return replace(one, content=one.content.model_copy(update={"send_at": at, "closes": closes}))


def _progress(status: Status) -> Sample:
    halt = Halt.REFUSED if status is Status.PAUSED else None
    return lambda w: announce.progress(_report(status, halt=halt), w)


def _halted(halt: Halt) -> Sample:
    return lambda w: announce.progress(_report(Status.PAUSED, halt=halt), w)


def _starts_later(w: Words) -> Screen:
    due = s.NOW + timedelta(hours=14)
    return announce.progress(Report(notice=notice(Status.SCHEDULED, due_at=due)), w)


def _link(state: LinkState) -> Sample:
    mid = None if state is LinkState.WRONG else s.NURSES
    return lambda w: announce.welcome(LinkView(state=state, mid=mid, name="Rosa"), w)
