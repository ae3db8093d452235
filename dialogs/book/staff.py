"""The screens of staff who write notices, for the screen book."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialogs.book import samples
from dialogs.book.samples import Sample
from dialogs.screen import Screen
from dialogs.staff import announce, draft
from dialogs.staff.callbacks import NoticePart
from dialogs.staff.labels import yes_and_no
from locales.words import Words
from service.licences.values import Licence
from service.mids.values import Mid
from service.notices.authoring.chat_views import DraftEvent, StaffNoticeView, StaffOverview
from service.notices.values import (
    Audience,
    AudienceCount,
    HaltReason,
    Notice,
    NoticeContent,
    NoticeKind,
    NoticeReport,
    NoticeStatus,
    NoticeText,
)
from service.staff.values import LinkState, LinkView, Staff

_TEXT = {
    "en": NoticeText(
        title="Open evening", body="Meet the robot team on 3 December at 18:00. Bring questions."
    ),
    "es": NoticeText(
        title="Tarde abierta",
        body="Conoce al equipo del robot el 3 de diciembre a las 18:00. Trae tus preguntas.",
    ),
}
_COUNTED = AudienceCount(
    by_language={"en": 1200, "es": 640}, foreign={"en": 35}, audience_upto=1840, numbers=()
)
_NOBODY = AudienceCount(by_language={}, foreign={}, audience_upto=1840, numbers=())
_OUTCOMES = {
    "en": {"1": 900, "2": 20, "3": 12, "4": 3, "5": 8, "6": 2, "7": 1, "8": 1, "9": 1},
    "es": {"1": 500},
}
_CAREFUL: Mid = samples.NURSES.model_copy(update={"second_person_above": 500})


def staff(mid: Mid = samples.NURSES) -> Staff:
    """Rosa, who writes notices for a MID."""
    return Staff(
        id="stf_sample0000000000",
        mid=mid,
        name="Rosa",
        member_id="mem_sample",
        added_at=samples.NOW,
    )


def notice(
    status: NoticeStatus = NoticeStatus.DRAFT, mid: Mid = samples.NURSES, **changes: Any
) -> Notice:
    """The notice of an open evening."""
    content = NoticeContent(
        kind=NoticeKind.GENERAL,
        audience=Audience(licences=("lifting-robot",), standing="in"),
        text=_TEXT,
        answers=yes_and_no(),
    )
    open_evening = Notice(
        id="ntc_sample0000000000", mid=mid, content=content, status=status, rev=1, edited_rev=1,
        created_by="Rosa", approved_by=None if status is NoticeStatus.DRAFT else "Ben",
        counted=_COUNTED.by_language, foreign=_COUNTED.foreign, audience_upto=1840,
        settled_upto=0, send_upto=0, epoch=0, outcomes={}, halt=None, reason=None,
        canary_waived=False, created_at=samples.NOW, due_at=None, started_at=None, ended_at=None,
    )  # fmt: skip
    return replace(open_evening, **changes)


def _licences() -> tuple[Licence, ...]:
    holdings = (
        samples.holding(),
        samples.holding(samples.TERMS[1]),
        samples.holding(samples.TERMS[2]),
    )
    return tuple(holding.licence for holding in holdings)


def sheet(
    shown: Notice | None = None,
    event: DraftEvent = DraftEvent.NOTHING,
    *,
    counted: AudienceCount | None = None,
    complete: bool = True,
) -> StaffNoticeView:
    """A notice on the desk."""
    shown = shown or notice()
    return StaffNoticeView(
        staff=staff(shown.mid),
        report=NoticeReport(notice=shown),
        now=samples.NOW,
        licences=_licences(),
        seen="0" * 8,
        complete=complete,
        counted=counted,
        event=event,
    )


def _empty() -> Notice:
    return notice(
        content=NoticeContent(kind=NoticeKind.BREACH, audience=Audience(), text={}), counted={}
    )


def _aimed(audience: Audience) -> Notice:
    return notice(content=notice().content.model_copy(update={"audience": audience}))


_MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)


def _report(status: NoticeStatus, **changes: Any) -> NoticeReport:
    return NoticeReport(
        notice=notice(status, outcomes=_OUTCOMES, **changes),
        waiting={"night": 40, "digest": 30, "retry": 2},
        answers={"yes": 300, "no": 120},
    )


def staff_samples() -> dict[str, Sample]:
    """Every screen of announcing, in every state that reads differently, by name."""
    second = notice(NoticeStatus.SECOND, _CAREFUL)
    everyone = Audience(everyone=True)
    by_name: dict[str, Sample] = {
        "announcing": lambda w: announce.overview(
            StaffOverview(roles=(staff(),), notices=(notice(NoticeStatus.RUNNING),)), w
        ),
        "announcing, nothing yet": lambda w: announce.overview(
            StaffOverview(roles=(staff(),), notices=()), w
        ),
        "announcing, two MIDs": lambda w: announce.overview(_two(), w),
        "a notice in the night": lambda w: announce.progress(
            NoticeReport(notice=notice(NoticeStatus.RUNNING), morning=_MORNING), w
        ),
        "announcing, no staff": lambda w: announce.overview(
            StaffOverview(roles=(), notices=()), w
        ),
        "draft": lambda w: announce.screen(sheet(), w),
        "draft, empty": lambda w: announce.screen(sheet(_empty(), complete=False), w),
        "draft, for everyone": lambda w: announce.screen(sheet(_aimed(everyone)), w),
        "draft texts": lambda w: draft.texts(sheet(), w),
        "draft texts, to be corrected": lambda w: draft.texts(
            sheet(notice(NoticeStatus.RUNNING)), w
        ),
        "draft text prompt": lambda w: draft.prompt(sheet(), "es", w),
        "draft kind": lambda w: draft.kinds(sheet(), w),
        "draft audience": lambda w: draft.audience(sheet(), w),
        "draft, when": lambda w: announce.part(sheet(), NoticePart.SEND_AT, "", w),
        "draft, until when": lambda w: announce.part(sheet(), NoticePart.CLOSES, "", w),
        "draft, with both": lambda w: announce.screen(sheet(_timed()), w),
        "draft preview": lambda w: announce.part(sheet(), NoticePart.PREVIEW, "es", w),
        "count": lambda w: announce.screen(sheet(counted=_COUNTED), w),
        "count, with both": lambda w: announce.screen(sheet(_timed(), counted=_COUNTED), w),
        "count, nobody": lambda w: announce.screen(sheet(counted=_NOBODY), w),
        "count, a second person": lambda w: announce.screen(
            sheet(notice(mid=_CAREFUL), counted=_COUNTED), w
        ),
        "count, approved by another": lambda w: announce.screen(sheet(second), w),
        "count, approved by oneself": lambda w: announce.screen(
            sheet(replace(second, approved_by="Rosa"), DraftEvent.SAME_PERSON), w
        ),
    }
    for audience in (
        Audience(licences=("lifting-robot",), standing="out"),
        Audience(licences=("lifting-robot",)),
        Audience(refs=("N-0001", "N-0002")),
    ):
        name = f"draft, for {audience.standing} {len(audience.refs)}"
        by_name[name] = _overview(audience)
    for said in DraftEvent:
        by_name[f"draft after: {said}"] = _after(said)
    for status in [
        status
        for status in NoticeStatus
        if status not in {NoticeStatus.DRAFT, NoticeStatus.SECOND}
    ]:
        by_name[f"progress: {status}"] = _progress(status)
    by_name["progress: starts later"] = _starts_later
    for halt in HaltReason:
        by_name[f"progress: on hold, {halt}"] = _halted(halt)
    for state in LinkState:
        by_name[f"staff link: {state}"] = _link(state)
    return by_name


def _two() -> StaffOverview:
    first = notice()
    return StaffOverview(
        roles=(staff(), staff(samples.TRANSLATORS)),
        notices=tuple(
            replace(first, id=f"ntc_{n}", status=status) for n, status in enumerate(NoticeStatus)
        ),
    )


def _overview(audience: Audience) -> Sample:
    return lambda w: announce.screen(sheet(_aimed(audience)), w)


def _after(event: DraftEvent) -> Sample:
    return lambda w: announce.after_text(sheet(event=event), w)


def _timed() -> Notice:
    draft_notice = notice()
    at, closes = samples.NOW + timedelta(days=1), samples.NOW + timedelta(days=8)
    return replace(
        draft_notice,
        content=draft_notice.content.model_copy(update={"send_at": at, "closes": closes}),
    )


def _progress(status: NoticeStatus) -> Sample:
    halt = HaltReason.REFUSED if status is NoticeStatus.PAUSED else None
    return lambda w: announce.progress(_report(status, halt=halt), w)


def _halted(halt: HaltReason) -> Sample:
    return lambda w: announce.progress(_report(NoticeStatus.PAUSED, halt=halt), w)


def _starts_later(w: Words) -> Screen:
    due = samples.NOW + timedelta(hours=14)
    return announce.progress(NoticeReport(notice=notice(NoticeStatus.SCHEDULED, due_at=due)), w)


def _link(state: LinkState) -> Sample:
    mid = None if state is LinkState.WRONG else samples.NURSES
    return lambda w: announce.welcome(LinkView(state=state, mid=mid, name="Rosa"), w)
