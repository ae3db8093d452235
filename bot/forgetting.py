"""What else happens in the very transaction that erases a person or a membership.

The topics above people, and this edge, hold rows of their own about a person; and what was done
is noted, so that it is said even by a process that did not do it.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import outcomes, store
from bot.member import Who
from service.mids.values import Mid
from service.notices.authoring import staff_names
from service.people.cases import Along
from service.questions import cases as questions
from service.staff import store as staff_store


def of_member(who: Who) -> Along:
    """Everything that is held of a person outside the topic of people."""

    async def along(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await questions.forget_member(conn, who.id)
        await staff_names.forget_member(conn, who.id)
        await staff_store.erase_member(conn, who.id)
        await store.forget_chat(conn, who.id)
        await outcomes.note(conn, who, "person", left)

    return along


def of_membership(who: Who, membership_id: str) -> Along:
    """Everything that is held of one membership outside the topic of people."""

    async def along(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await questions.forget_membership(conn, membership_id)
        await outcomes.note(conn, who, "membership", left)

    return along
