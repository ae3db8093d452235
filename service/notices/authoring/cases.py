"""Use cases of whoever announces: draft, count, approve, stop, resume, correct, look at it."""

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
    OVER,
    Content,
    Counted,
    Halt,
    Notice,
    NoticeText,
    Status,
    complete,
    digest,
)


async def draft(deps: Deps, mid_id: str, content: Content, by: str) -> Notice:
    """A new notice. It goes to nobody before it was counted and approved.

    Raises:
        NotFoundError: no such MID.
        NoticeRefusedError: it names a licence or a reference that the MID does not have.
    """
    now = deps.clock.now()
    async with deps.db.write() as conn:
        mid = await mid_store.require_mid(conn, mid_id)
        await _check(conn, mid, content)
        notice = Notice(
            id=new_id("ntc"), mid=mid, content=content, status=Status.DRAFT, rev=1, edited_rev=1,
            created_by=by, approved_by=None, counted={}, foreign={}, upper=0, floor=0, intent=0,
            epoch=0, outcomes={}, halt=None, reason=None, wave_passed=False, created_at=now,
            due_at=None, started_at=None, ended_at=None,
        )  # fmt: skip
        await store.add(conn, notice)
    return notice


async def redraft(deps: Deps, mid_id: str, notice_id: str, content: Content) -> Notice:
    """Change a draft.

    Raises:
        NotFoundError: the MID has no such notice.
        NoticeRefusedError: it is no draft any more, or names what the MID does not have.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if notice.status is not Status.DRAFT:
            raise NoticeRefusedError(
                f"notice {notice_id} is no draft any more: correct it instead"
            )
        await _check(conn, notice.mid, content)
        values = {"doc": content.model_dump_json(), "counted": {}, "foreign_readers": {}}
        await store.change(conn, notice_id, **values)
        return await read_notice(conn, mid_id, notice_id)


async def _check(conn: AsyncConnection, mid: Mid, content: Content) -> None:
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


async def count(deps: Deps, mid_id: str, notice_id: str) -> Counted:
    """How many people a notice would reach at this moment, by the language they read.

    Until it is approved, it remembers what was counted last.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    notice = await read(deps, mid_id, notice_id)
    counted = await counting.count(deps, notice.mid, notice.content)
    async with deps.db.write() as conn:
        now = await read_notice(conn, mid_id, notice_id, lock=True)
        if now.status in {Status.DRAFT, Status.SECOND} and now.content == notice.content:
            values = {"counted": counted.by_language, "foreign_readers": counted.foreign}
            await store.change(conn, notice_id, **values)
    return counted


async def approve(
    deps: Deps, mid_id: str, notice_id: str, by: str, total: int, *, seen: str | None = None
) -> Notice:
    """Approve the number of people that was counted. It is counted again at this moment.

    Above the MID's limit a second person has to approve as well. Approving twice changes nothing.
    ``seen`` is the digest of what was shown with the number.

    Raises:
        NotFoundError: the MID has no such notice.
        CountChangedError: the number is another one now.
        TextChangedError: its words or its audience are.
        NoticeRefusedError: it is over, or reaches nobody, or the same person approves twice.
    """
    notice = await read(deps, mid_id, notice_id)
    if notice.status in {Status.SCHEDULED, Status.RUNNING, Status.FINISHED}:
        return notice
    counted = await counting.count(deps, notice.mid, notice.content)
    remembered = audience_store.packed(notice_id, counted.numbers)
    now = deps.clock.now()
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if seen is not None and digest(notice.content) != seen:
            raise TextChangedError("it was changed after it was looked at: look at it again")
        _approvable(notice, by, total, counted)
        most = notice.mid.second_person_above
        if notice.status is Status.DRAFT and most is not None and counted.total > most:
            await store.change(
                conn,
                notice_id,
                status=Status.SECOND.value,
                approved_by=by,
                counted=counted.by_language,
                foreign_readers=counted.foreign,
            )
            return await read_notice(conn, mid_id, notice_id)
        earliest = now + timedelta(minutes=notice.mid.hold_minutes)
        await audience_store.put_audience(conn, notice_id, remembered)
        names = by if notice.approved_by is None else f"{notice.approved_by}, {by}"
        await store.change(
            conn,
            notice_id,
            status=Status.SCHEDULED.value,
            approved_by=names,
            counted=counted.by_language,
            foreign_readers=counted.foreign,
            upper=counted.upper,
            due_at=max(earliest, notice.content.send_at or earliest),
        )
        return await read_notice(conn, mid_id, notice_id)


def _approvable(notice: Notice, by: str, total: int, counted: Counted) -> None:
    if notice.status not in {Status.DRAFT, Status.SECOND}:
        raise NoticeRefusedError(f"notice {notice.id} is {notice.status}: it cannot be approved")
    if notice.status is Status.SECOND and notice.approved_by == by:
        raise SamePersonError("a second person has to approve this notice")
    if counted.total != total:
        raise CountChangedError(total, counted)
    if counted.total == 0 or not complete(notice.content):
        raise NoticeRefusedError(
            "it says nothing or reaches nobody: write it, change its audience"
        )


async def stop(deps: Deps, mid_id: str, notice_id: str) -> Notice:
    """Send it to nobody else. What was sent stays.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if notice.status not in OVER:
            await store.change(
                conn, notice_id, status=Status.STOPPED.value, ended_at=deps.clock.now()
            )
        return await read_notice(conn, mid_id, notice_id)


async def resume(deps: Deps, mid_id: str, notice_id: str) -> Notice:
    """Go on with a notice that was paused because something went wrong.

    A first wave that went wrong is not looked at again: a person has.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        if notice.status is Status.PAUSED:
            passed = notice.wave_passed or notice.halt is Halt.WAVE
            now = {"status": Status.RUNNING.value, "halt": None, "reason": None}
            await store.change(conn, notice_id, **now, wave_passed=passed)
        return await read_notice(conn, mid_id, notice_id)


async def correct(
    deps: Deps, mid_id: str, notice_id: str, text: Mapping[str, NoticeText]
) -> Notice:
    """Put other words in place of a notice's. Messages already sent are edited.

    Raises:
        NotFoundError: the MID has no such notice.
        NoticeRefusedError: a language would be lost.
    """
    async with deps.db.write() as conn:
        notice = await read_notice(conn, mid_id, notice_id, lock=True)
        lost = set(notice.content.text) - set(text)
        if lost:
            raise NoticeRefusedError(
                f"the correction has no text in {', '.join(sorted(lost))}. "
                "Mend: write every language that was sent."
            )
        order = [*notice.content.text, *(one for one in text if one not in notice.content.text)]
        content = notice.content.model_copy(update={"text": {one: text[one] for one in order}})
        if content != notice.content:
            await store.change(conn, notice_id, doc=content.model_dump_json(), rev=notice.rev + 1)
        return await read_notice(conn, mid_id, notice_id)


async def read(deps: Deps, mid_id: str, notice_id: str) -> Notice:
    """One notice of a MID.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.read() as conn:
        return await read_notice(conn, mid_id, notice_id)


async def read_notice(
    conn: AsyncConnection, mid_id: str, notice_id: str, *, lock: bool = False
) -> Notice:
    """One notice of a MID; ``lock`` holds its writes in line. Raises NotFoundError."""
    row = await store.read_row(conn, notice_id, lock=lock)
    if row is None or row.mid_id != mid_id:
        raise NotFoundError(f"{mid_id} has no notice {notice_id!r}")
    return store.notice_of(row, await mid_store.require_mid(conn, mid_id))
