"""Finding what one was sent: a page at a time, and a search that goes as far as it may at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.notices import store
from service.notices.inbox.visibility import theirs
from service.notices.values import Notice
from service.notices.views import NoticesView, NoticeView
from service.people import audience_store as audience_members
from service.standing import store as standing_store
from service.standing.member_state import MemberState

PER_PAGE = 6
PER_READ = 2 * PER_PAGE
READS = 16
"""A page of few notices among many of others ends after so many readings, found or not."""

_CLOCKS_DIFFER = timedelta(days=1)


async def sent_to(
    deps: Deps, member_id: str, *, than: str = "", newer: bool = False, search: str = ""
) -> NoticesView:
    """A page of what a member was ever sent by the MIDs they are in, newest first.

    ``than`` is the id of a notice: those before it are shown, or with ``newer`` those after it;
    without it, or when it is none of their MIDs', the newest. ``search`` keeps those with every
    one of its words in a title or a text, in any language. What a page costs does not depend on
    how many notices there are: it may end before it is full, and says how far it went.

    Raises:
        NotFoundError: there is no such person.
    """
    search = " ".join(search.split())
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
        walk = _Walk(conn, state, await audience_members.read_numbers(conn, member_id), search)
        start = await walk.place(than)
        if start is not None and newer:
            found = await walk.go(start, newer=True)
            if found.more is not None:
                return _page_after(found, found.more, search)
            start = None
        return _page_before(await walk.go(start, newer=False), start, search)


@dataclass(slots=True)
class _Found:
    """What a walk met in its order. ``more`` is the last it looked at, where others follow.

    ``zone`` is the one the member reads dates in.
    """

    zone: str
    views: list[NoticeView] = field(default_factory=list)
    more: Notice | None = None

    @property
    def full(self) -> bool:
        """Whether there is a page, and one more to know that it does not end with it."""
        return len(self.views) > PER_PAGE


def _page_before(found: _Found, start: Notice | None, search: str) -> NoticesView:
    shown = found.views[:PER_PAGE]
    older = shown[-1].notice_id if found.full else found.more.id if found.more else ""
    newer = "" if start is None else shown[0].notice_id if shown else start.id
    upto = found.more.started_at if found.more and not found.full else None
    return NoticesView(
        notices=tuple(shown), older=older, newer=newer, upto=upto, search=search, zone=found.zone
    )


def _page_after(found: _Found, more: Notice, search: str) -> NoticesView:
    shown = found.views[:PER_PAGE][::-1]
    newer = shown[0].notice_id if found.full else more.id
    older = shown[-1].notice_id if shown else more.id
    return NoticesView(
        notices=tuple(shown), older=older, newer=newer, search=search, zone=found.zone
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through the notices of a member's MIDs, from one to older or to newer ones."""

    conn: AsyncConnection
    state: MemberState
    numbers: Mapping[str, tuple[int, datetime]]
    search: str

    async def place(self, notice_id: str) -> Notice | None:
        """A notice of one of their MIDs that went out."""
        row = await store.read_row(self.conn, notice_id) if notice_id else None
        mids = {membership.mid.id: membership.mid for membership in self.state.memberships}
        if row is None or row.mid_id not in mids or row.started_at is None:
            return None
        return store.notice_of(row, mids[row.mid_id])

    async def go(self, start: Notice | None, *, newer: bool) -> _Found:
        """Walk until a page is full, nothing is left, or it was enough for once."""
        found, last = _Found(self.state.snapshot().zone), start
        for _ in range(READS):
            notices = await self._next(last, newer=newer)
            said = [notice for notice in notices if _has(notice, self.search)]
            found.views += await theirs(self.conn, self.state, self.numbers, said)
            last = notices[-1] if notices else last
            found.more = last if found.full or len(notices) == PER_READ else None
            if found.full or found.more is None:
                break
        return found

    async def _next(self, last: Notice | None, *, newer: bool) -> list[Notice]:
        of_mids = []
        for membership in self.state.memberships:
            # Who joins later is in no notice's audience.
            since = self.numbers[membership.id][1] - _CLOCKS_DIFFER
            rows = await store.read_started(
                self.conn,
                membership.mid.id,
                since,
                PER_READ,
                than=_key(last) if last else None,
                newer=newer,
            )
            of_mids.append([store.notice_of(row, membership.mid) for row in rows])
        return list(islice(merge(*of_mids, key=_key, reverse=not newer), PER_READ))


def _key(notice: Notice) -> tuple[datetime, str]:
    assert notice.started_at is not None
    return notice.started_at, notice.id


def _has(notice: Notice, search: str) -> bool:
    said = " ".join(f"{one.title} {one.body}" for one in notice.content.text.values()).casefold()
    return all(word in said for word in search.casefold().split())
