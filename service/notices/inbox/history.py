"""The notices a member was sent, page by page, with a search.

One page costs a bounded number of reads, however many notices there are: it may end early, and
then says how far it went.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.notices import store
from service.notices.inbox.visibility import list_visible
from service.notices.values import Notice
from service.notices.views import InboxPage, NoticeView
from service.people import audience_store as audience_members
from service.standing import store as standing_store
from service.standing.member_state import MemberState

PER_PAGE = 6
PER_READ = 2 * PER_PAGE
READS = 16
"""A page ends after so many reads, full or not."""

_CLOCKS_DIFFER = timedelta(days=1)


async def list_received(
    deps: Deps, member_id: str, *, than: str = "", newer: bool = False, search: str = ""
) -> InboxPage:
    """List a page of the notices that a member was sent by the MIDs they are in, newest first.

    ``than`` is the cursor, the id of a notice: the page holds older ones, or newer ones with
    ``newer``. Without it, or when it is not a notice of their MIDs, the page holds the newest.
    ``search`` keeps notices with every one of its words in a title or a text, in any language.

    Raises:
        NotFoundError: there is no such member.
    """
    search = " ".join(search.split())
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
        scan = _Scan(conn, state, await audience_members.read_numbers(conn, member_id), search)
        start = await scan.read_start(than)
        if start is not None and newer:
            result = await scan.run(start, newer=True)
            if result.more is not None:
                return _build_newer_page(result, result.more, search)
            start = None
        return _build_older_page(await scan.run(start, newer=False), start, search)


@dataclass(slots=True)
class _ScanResult:
    """What a scan found, in its order. ``more`` is the last notice it read, if others follow.

    ``zone`` is the time zone in which the member reads dates.
    """

    zone: str
    views: list[NoticeView] = field(default_factory=list)
    more: Notice | None = None

    @property
    def full(self) -> bool:
        """Whether there is a page, and one notice more to know that others follow."""
        return len(self.views) > PER_PAGE


def _build_older_page(result: _ScanResult, start: Notice | None, search: str) -> InboxPage:
    shown = result.views[:PER_PAGE]
    older = shown[-1].notice_id if result.full else result.more.id if result.more else ""
    newer = "" if start is None else shown[0].notice_id if shown else start.id
    upto = result.more.started_at if result.more and not result.full else None
    return InboxPage(
        notices=tuple(shown), older=older, newer=newer, upto=upto, search=search, zone=result.zone
    )


def _build_newer_page(result: _ScanResult, more: Notice, search: str) -> InboxPage:
    shown = result.views[:PER_PAGE][::-1]
    newer = shown[0].notice_id if result.full else more.id
    older = shown[-1].notice_id if shown else more.id
    return InboxPage(
        notices=tuple(shown), older=older, newer=newer, search=search, zone=result.zone
    )


@dataclass(frozen=True, slots=True)
class _Scan:
    """Reads through the notices of a member's MIDs, from one on to older or newer ones."""

    conn: AsyncConnection
    state: MemberState
    numbers: Mapping[str, tuple[int, datetime]]
    search: str

    async def read_start(self, notice_id: str) -> Notice | None:
        """Read the notice to start from; None unless it went out in one of the member's MIDs."""
        row = await store.read_row(self.conn, notice_id) if notice_id else None
        mids = {membership.mid.id: membership.mid for membership in self.state.memberships}
        if row is None or row.mid_id not in mids or row.started_at is None:
            return None
        return store.build_notice(row, mids[row.mid_id])

    async def run(self, start: Notice | None, *, newer: bool) -> _ScanResult:
        """Read until a page is full, nothing is left, or the limit of reads is reached."""
        result, last = _ScanResult(self.state.snapshot().zone), start
        for _ in range(READS):
            notices = await self._read_next(last, newer=newer)
            matching = [notice for notice in notices if _matches(notice, self.search)]
            result.views += await list_visible(self.conn, self.state, self.numbers, matching)
            last = notices[-1] if notices else last
            result.more = last if result.full or len(notices) == PER_READ else None
            if result.full or result.more is None:
                break
        return result

    async def _read_next(self, last: Notice | None, *, newer: bool) -> list[Notice]:
        of_mids = []
        for membership in self.state.memberships:
            # A notice that began before the member joined cannot have them in its audience.
            since = self.numbers[membership.id][1] - _CLOCKS_DIFFER
            rows = await store.read_started(
                self.conn,
                membership.mid.id,
                since,
                PER_READ,
                than=_key(last) if last else None,
                newer=newer,
            )
            of_mids.append([store.build_notice(row, membership.mid) for row in rows])
        return list(islice(merge(*of_mids, key=_key, reverse=not newer), PER_READ))


def _key(notice: Notice) -> tuple[datetime, str]:
    assert notice.started_at is not None
    return notice.started_at, notice.id


def _matches(notice: Notice, search: str) -> bool:
    texts = notice.content.text.values()
    words = " ".join(f"{text.title} {text.body}" for text in texts).casefold()
    return all(word in words for word in search.casefold().split())
