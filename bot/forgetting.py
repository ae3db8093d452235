"""What else is erased in the very transaction that erases a person or a membership.

The topics above people, and this edge, hold rows of their own about a person.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import store
from service.notices import naming
from service.questions import cases as questions

Along = Callable[[AsyncConnection], Awaitable[None]]


def of_member(member_id: str) -> Along:
    """Everything that is held of a person outside the topic of people."""

    async def along(conn: AsyncConnection) -> None:
        await questions.forget_member(conn, member_id)
        await naming.forget_member(conn, member_id)
        await store.forget_chat(conn, member_id)

    return along


def of_membership(membership_id: str) -> Along:
    """Everything that is held of one membership outside the topic of people."""

    async def along(conn: AsyncConnection) -> None:
        await questions.forget_membership(conn, membership_id)

    return along
