"""Use cases of writing notices: draft, count, approve, stop, resume, correct, read."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_id
from service.licences import store as licences
from service.mids import store as mid_store
from service.mids.values import Mid
from service.notices import audience_store, store
from service.notices.authoring import counting
from service.notices.errors import (
    CountChangedError,
    NoticeRefusedError,
    SamePersonError,
    TextChangedError,
)
from service.notices.values import (
    ENDED,
    AudienceCount,
    HaltReason,
    Notice,
    NoticeContent,
    NoticeStatus,
    NoticeText,
    content_digest,
    is_complete,
)


async def draft(deps: Deps, mid_id: str, content: NoticeContent, by: str) -> Notice:
    """Store a new draft, written by the person named ``by``.

    Raises:
        NotFoundError: no such MID.
        NoticeRefusedError: the content names a licence or a reference that the MID does not have.
    """
    now = deps.clock.now()
    async with deps.db.write() as conn:
        mid = await mid_store.require_mid(conn, mid_id)
        await _check_audience(conn, mid, content)
        notice = Notice(
            id=new_id("ntc"), mid=mid, content=content, status=NoticeStatus.DRAFT, rev=1,
            edited_rev=1, created_by=by, approved_by=None, counted={}, foreign={},
            audience_upto=0, settled_upto=0, send_upto=0, epoch=0, outcomes={}, halt=None,
            reason=None, canary_waived=False, created_at=now, due_at=None, started_at=None,
            ended_at=None,
        )  # fmt: skip
        await store.insert_notice(conn, notice)
    return notice


async def redraft(deps: Deps, mid_id: str, notice_id: str, content: NoticeContent) -> Notice:
    """Replace the content of a draft. Its count is dropped.

    Raises:
        NotFoundError: the MID has no such notice.
        NoticeRefusedError: it is no draft any more, or names what the MID does not have.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if notice.status is not NoticeStatus.DRAFT:
            raise NoticeRefusedError(
                f"notice {notice_id} is no draft any more: correct it instead"
            )
        await _check_audience(conn, notice.mid, content)
        values = {"doc": content.model_dump_json(), "counted": {}, "foreign": {}}
        await store.update_notice(conn, notice_id, **values)
        return await read_notice(conn, mid_id, notice_id)


async def _check_audience(conn: AsyncConnection, mid: Mid, content: NoticeContent) -> None:
    slugs = {licence.slug for licence in await licences.read_licences(conn, [mid.id])}
    for slug in content.audience.licences:
        if slug not in slugs:
            raise NoticeRefusedError(
                f"audience.licences: {mid.id} has no licence {slug!r}. "
                f"Mend: write one of {', '.join(sorted(slugs)) or 'its licences, once imported'}."
            )
    refs = content.audience.refs
    known = await mid_store.read_roster(conn, mid.id) if refs else {}
    unknown = [ref for ref in refs if ref not in known]
    if unknown:
        raise NoticeRefusedError(
            f"audience.refs: {mid.id} has no member {unknown[0]!r}. "
            "Mend: write a reference of its roster."
        )


async def count(deps: Deps, mid_id: str, notice_id: str) -> AudienceCount:
    """Count the people that a notice would reach at this moment, by the language they get.

    Until it is approved, the notice stores its last count.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    notice = await read(deps, mid_id, notice_id)
    counted = await counting.count(deps, notice.mid, notice.content)
    async with deps.db.write() as conn:
        stored = await read_notice(conn, mid_id, notice_id, lock=True)
        is_open = stored.status in {NoticeStatus.DRAFT, NoticeStatus.SECOND}
        if is_open and stored.content == notice.content:
            values = {"counted": counted.by_language, "foreign": counted.foreign}
            await store.update_notice(conn, notice_id, **values)
    return counted


async def approve(
    deps: Deps, mid_id: str, notice_id: str, by: str, total: int, *, seen: str | None = None
) -> Notice:
    """Approve a notice for ``total`` people; they are counted again at this moment.

    Above the MID's limit a second person has to approve it too. Approving what is approved
    changes nothing. ``seen`` is the digest of the content that the approver saw. The audience is
    frozen here, and the notice is scheduled for the later of its own time and the MID's hold.

    Raises:
        NotFoundError: the MID has no such notice.
        CountChangedError: the audience has another size now.
        TextChangedError: the content is not the one that was seen.
        SamePersonError: the first approver tries to be the second one.
        NoticeRefusedError: it has ended, says nothing, or reaches nobody.
    """
    notice = await read(deps, mid_id, notice_id)
    if notice.status in {NoticeStatus.SCHEDULED, NoticeStatus.RUNNING, NoticeStatus.FINISHED}:
        return notice
    counted = await counting.count(deps, notice.mid, notice.content)
    rows = audience_store.pack_audience(notice_id, counted.numbers)
    now = deps.clock.now()
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if seen is not None and content_digest(notice.content) != seen:
            raise TextChangedError("it was changed after it was looked at: look at it again")
        _require_approvable(notice, by, total, counted)
        most = notice.mid.second_person_above
        if notice.status is NoticeStatus.DRAFT and most is not None and counted.total > most:
            await store.update_notice(
                conn,
                notice_id,
                status=NoticeStatus.SECOND.value,
                approved_by=by,
                counted=counted.by_language,
                foreign=counted.foreign,
            )
            return await read_notice(conn, mid_id, notice_id)
        earliest = now + timedelta(minutes=notice.mid.hold_minutes)
        await audience_store.put_numbers(conn, notice_id, rows)
        names = by if notice.approved_by is None else f"{notice.approved_by}, {by}"
        await store.update_notice(
            conn,
            notice_id,
            status=NoticeStatus.SCHEDULED.value,
            approved_by=names,
            counted=counted.by_language,
            foreign=counted.foreign,
            audience_upto=counted.audience_upto,
            due_at=max(earliest, notice.content.send_at or earliest),
        )
        return await read_notice(conn, mid_id, notice_id)


def _require_approvable(notice: Notice, by: str, total: int, counted: AudienceCount) -> None:
    if notice.status not in {NoticeStatus.DRAFT, NoticeStatus.SECOND}:
        raise NoticeRefusedError(f"notice {notice.id} is {notice.status}: it cannot be approved")
    if notice.status is NoticeStatus.SECOND and notice.approved_by == by:
        raise SamePersonError("a second person has to approve this notice")
    if counted.total != total:
        raise CountChangedError(total, counted)
    if counted.total == 0 or not is_complete(notice.content):
        raise NoticeRefusedError(
            "it says nothing or reaches nobody: write it, change its audience"
        )


async def stop(deps: Deps, mid_id: str, notice_id: str) -> Notice:
    """Stop a notice, or drop a draft: nobody else gets it. Sent messages stay.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if notice.status not in ENDED:
            await store.update_notice(
                conn, notice_id, status=NoticeStatus.STOPPED.value, ended_at=deps.clock.now()
            )
        return await read_notice(conn, mid_id, notice_id)


async def resume(deps: Deps, mid_id: str, notice_id: str) -> Notice:
    """Resume a paused notice. If its canary failed, the canary is waived from here on.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if notice.status is NoticeStatus.PAUSED:
            waived = notice.canary_waived or notice.halt is HaltReason.CANARY
            values = {"status": NoticeStatus.RUNNING.value, "halt": None, "reason": None}
            await store.update_notice(conn, notice_id, **values, canary_waived=waived)
        return await read_notice(conn, mid_id, notice_id)


async def correct(
    deps: Deps, mid_id: str, notice_id: str, text: Mapping[str, NoticeText]
) -> Notice:
    """Replace the text of a notice. Messages already sent are edited.

    Raises:
        NotFoundError: the MID has no such notice.
        NoticeRefusedError: the new text lacks a language of the old one.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        lost = set(notice.content.text) - set(text)
        if lost:
            raise NoticeRefusedError(
                f"the correction has no text in {', '.join(sorted(lost))}. "
                "Mend: write every language that was sent."
            )
        order = dict.fromkeys([*notice.content.text, *text])
        ordered = {language: text[language] for language in order}
        content = notice.content.model_copy(update={"text": ordered})
        if content != notice.content:
            await store.update_notice(
                conn, notice_id, doc=content.model_dump_json(), rev=notice.rev + 1
            )
        return await read_notice(conn, mid_id, notice_id)


async def read(deps: Deps, mid_id: str, notice_id: str) -> Notice:
    """Read a notice of a MID.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.read() as conn:
        return await read_notice(conn, mid_id, notice_id)


async def read_notice(
    conn: AsyncConnection, mid_id: str, notice_id: str, *, lock: bool = False
) -> Notice:
    """Read a notice of a MID; ``lock`` locks its row until the transaction ends.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    row = await store.read_row(conn, notice_id, lock=lock)
    if row is None or row.mid_id != mid_id:
        raise NotFoundError(f"{mid_id} has no notice {notice_id!r}")
    return store.build_notice(row, await mid_store.require_mid(conn, mid_id))
