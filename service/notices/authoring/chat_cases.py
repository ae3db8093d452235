"""Use cases of staff who announce in the chat; each checks that they are staff of the MID."""

from dataclasses import replace
from datetime import datetime

from service.control_chars import first_control_char, is_blank
from service.deps import Deps
from service.errors import NotFoundError
from service.licences import store as licences
from service.licences.values import LicenceStatus
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.authoring.chat_views import (
    CHAT_KINDS,
    FURTHEST,
    MAX_BODY,
    MAX_TITLE,
    DraftEvent,
    StaffNoticeView,
    StaffOverview,
)
from service.notices.authoring.patch import NoticePatch, apply_patch
from service.notices.errors import (
    CountChangedError,
    NoticeRefusedError,
    SamePersonError,
    TextChangedError,
)
from service.notices.values import (
    Audience,
    NoticeContent,
    NoticeKind,
    NoticeStatus,
    NoticeText,
    content_digest,
    is_complete,
)
from service.staff import cases as staff
from service.staff.values import Staff

OVERVIEW_SIZE = 8


async def read_overview(deps: Deps, member_id: str) -> StaffOverview:
    """List a person's roles as staff, and the newest notices of these MIDs."""
    roles = await staff.list_roles(deps, member_id)
    notices = [
        notice
        for role in roles
        for notice in await reporting.list_newest(deps, role.mid.id, limit=OVERVIEW_SIZE)
    ]
    newest = sorted(notices, key=lambda notice: notice.created_at, reverse=True)
    return StaffOverview(roles=roles, notices=tuple(newest[:OVERVIEW_SIZE]))


async def begin(deps: Deps, member_id: str, mid_id: str) -> StaffNoticeView:
    """Begin a draft; the person's newest one is continued if it is still empty.

    Raises:
        NotFoundError: they are not staff of that MID.
    """
    role = await staff.require_role(deps, member_id, mid_id)
    empty = NoticeContent(kind=NoticeKind.GENERAL, audience=Audience(), text={})
    for notice in await reporting.list_newest(deps, mid_id, limit=1):
        own = notice.status is NoticeStatus.DRAFT and notice.created_by == role.name
        if own and notice.content == empty:
            return await _read_view(deps, role, notice.id)
    notice = await authoring.draft(deps, mid_id, empty, role.name)
    return await _read_view(deps, role, notice.id)


async def read_view(deps: Deps, member_id: str, notice_id: str) -> StaffNoticeView:
    """Read a notice with its report.

    Raises:
        NotFoundError: there is none, or this person is not staff of its MID.
    """
    return await _read_view(deps, await _require_role(deps, member_id, notice_id), notice_id)


async def _require_role(deps: Deps, member_id: str, notice_id: str) -> Staff:
    mid_id = await reporting.read_mid_id(deps, notice_id)
    return await staff.require_role(deps, member_id, mid_id)


async def _read_view(
    deps: Deps, role: Staff, notice_id: str, event: DraftEvent = DraftEvent.NOTHING
) -> StaffNoticeView:
    report = await reporting.read_report(deps, role.mid.id, notice_id)
    async with deps.db.read() as conn:
        of_mid = await licences.read_licences(conn, [role.mid.id])
    content = report.notice.content
    return StaffNoticeView(
        staff=role,
        report=report,
        now=deps.clock.now(),
        licences=tuple(licence for licence in of_mid if licence.status is not LicenceStatus.DRAFT),
        seen=content_digest(content),
        complete=is_complete(content),
        event=event,
    )


async def change(
    deps: Deps, member_id: str, notice_id: str, patch: NoticePatch
) -> StaffNoticeView:
    """Change a draft; ``DraftEvent.NOT_A_DRAFT`` in the view: it is none any more.

    Raises:
        NotFoundError: no such notice for this person, or a value that the chat does not offer.
    """
    view = await read_view(deps, member_id, notice_id)
    _require_offered(patch, view.now)
    return await _redraft(deps, view, apply_patch(view.notice.content, patch, view.licences))


def _require_offered(patch: NoticePatch, now: datetime) -> None:
    """Raise NotFoundError for a kind or a time that the chat does not offer."""
    if patch.kind is not None and patch.kind not in CHAT_KINDS:
        raise NotFoundError(f"no kind {patch.kind.value!r} in the chat")
    for moment in (patch.send_at, patch.closes):
        if isinstance(moment, datetime) and not now < moment <= now + FURTHEST:
            raise NotFoundError(f"{moment} is no moment that was offered")


async def _redraft(deps: Deps, view: StaffNoticeView, content: NoticeContent) -> StaffNoticeView:
    event = DraftEvent.SAVED
    try:
        await authoring.redraft(deps, view.staff.mid.id, view.notice.id, content)
    except NoticeRefusedError:
        event = DraftEvent.NOT_A_DRAFT
    return await _read_view(deps, view.staff, view.notice.id, event)


async def write_text(
    deps: Deps, member_id: str, notice_id: str, language: str, typed: str
) -> StaffNoticeView:
    """Store a text in one language; its first line is the title. A sent notice is corrected.

    A text that was not stored is told by ``event`` in the view.

    Raises:
        NotFoundError: no such notice for this person, or its MID does not write in this language.
    """
    view = await read_view(deps, member_id, notice_id)
    languages = view.staff.mid.languages
    if language not in languages:
        raise NotFoundError(f"{view.staff.mid.id} does not write in {language!r}")
    title, _, body = typed.strip().partition("\n")
    title, body = title.strip(), body.strip()
    fault = _check_text(title, body)
    if view.notice.status is NoticeStatus.SECOND:
        fault = DraftEvent.NOT_A_DRAFT  # the first person approved the text as it is
    if fault is not None:
        return replace(view, event=fault)
    texts = {**view.notice.content.text, language: NoticeText(title=title, body=body)}
    # The MID's own language counts as the original, in whatever order they were written.
    order = dict.fromkeys([*languages, *texts])
    ordered = {language: texts[language] for language in order if language in texts}
    if view.notice.status is not NoticeStatus.DRAFT:
        await authoring.correct(deps, view.staff.mid.id, notice_id, ordered)
        return await _read_view(deps, view.staff, notice_id, DraftEvent.SAVED)
    return await _redraft(deps, view, view.notice.content.model_copy(update={"text": ordered}))


def _check_text(title: str, body: str) -> DraftEvent | None:
    if is_blank(title) or is_blank(body):
        return DraftEvent.NO_BODY
    if len(title) > MAX_TITLE or len(body) > MAX_BODY:
        return DraftEvent.TOO_LONG
    if first_control_char(title) or first_control_char(body, "\n\t"):
        return DraftEvent.STRANGE
    return None


async def count(deps: Deps, member_id: str, notice_id: str) -> StaffNoticeView:
    """Count the people that a notice would reach at this moment.

    Raises:
        NotFoundError: no such notice for this person.
    """
    role = await _require_role(deps, member_id, notice_id)
    return await _count(deps, role, notice_id, DraftEvent.NOTHING)


async def _count(deps: Deps, role: Staff, notice_id: str, event: DraftEvent) -> StaffNoticeView:
    counted = await authoring.count(deps, role.mid.id, notice_id)
    return replace(await _read_view(deps, role, notice_id, event), counted=counted)


async def approve(
    deps: Deps, member_id: str, notice_id: str, total: int, seen: str
) -> StaffNoticeView:
    """Approve the content with digest ``seen`` for ``total`` people; see ``authoring.cases``.

    Where it is not approved, ``event`` in the view says why.

    Raises:
        NotFoundError: no such notice for this person.
    """
    role = await _require_role(deps, member_id, notice_id)
    try:
        await authoring.approve(deps, role.mid.id, notice_id, role.name, total, seen=seen)
    except CountChangedError:
        return await _count(deps, role, notice_id, DraftEvent.COUNT_CHANGED)
    except TextChangedError:
        return await _count(deps, role, notice_id, DraftEvent.TEXT_CHANGED)
    except SamePersonError:
        return await _read_view(deps, role, notice_id, DraftEvent.SAME_PERSON)
    except NoticeRefusedError:
        return await _read_view(deps, role, notice_id, DraftEvent.NOBODY)
    return await _read_view(deps, role, notice_id)


async def stop(deps: Deps, member_id: str, notice_id: str) -> StaffNoticeView:
    """Stop a notice: nobody else gets it.

    Raises:
        NotFoundError: no such notice for this person.
    """
    role = await _require_role(deps, member_id, notice_id)
    await authoring.stop(deps, role.mid.id, notice_id)
    return await _read_view(deps, role, notice_id)


async def resume(deps: Deps, member_id: str, notice_id: str) -> StaffNoticeView:
    """Resume a paused notice.

    Raises:
        NotFoundError: no such notice for this person.
    """
    role = await _require_role(deps, member_id, notice_id)
    await authoring.resume(deps, role.mid.id, notice_id)
    return await _read_view(deps, role, notice_id)


async def read_staff_by_member(deps: Deps, mid_id: str) -> dict[str, Staff]:
    """Read the staff of a MID who have opened their link: member id -> staff."""
    people = await staff.list_staff(deps, mid_id)
    return {person.member_id: person for person in people if person.member_id is not None}
