"""Arriving, joining, leaving, being forgotten, and the MIDs one is in."""

import structlog
from aiogram import Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.chat import erasure
from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import home, invite, leaving, mid
from dialogs.about import Operator
from dialogs.callbacks import Decline, DeleteAll, Join, Leave, Place, ShowMid, UndoLeave
from service import erasure as service_erasure
from service.deps import Deps
from service.notices.inbox import cases as notice_inbox
from service.people import cases
from service.people.values import InviteState, InviteView
from service.standing import cases as standing_cases

log = structlog.get_logger()


async def start(_: Message, command: CommandObject, deps: Deps, who: Who, show: Show) -> None:
    """``/start``, alone or with the token of an invite."""
    if command.args:
        view = await cases.look_at_invite(deps, who.id, command.args)
        report(view, who)
        await show(invite.screen(view, who.w), who.w.locale)
    else:
        found = await standing_cases.read_portfolio(deps, who.id)
        await show(home.screen(found, who.w), who.w.locale)


def report(view: InviteView, who: Who) -> None:
    """Tell the operator when someone comes with an invite that another person has used."""
    if view.state is InviteState.USED and view.mid is not None:
        log.warning("invite_used_twice", mid=view.mid.id, invite=view.invite_id, member=who.id)


async def join(_: CallbackQuery, callback_data: Join, deps: Deps, who: Who, show: Show) -> None:
    """Accept an invite."""
    view = await cases.join(deps, who.id, callback_data.nonce, who.by("invite"))
    report(view, who)
    await show(invite.screen(view, who.w), who.w.locale)


async def decline(
    _: CallbackQuery, callback_data: Decline, deps: Deps, who: Who, show: Show
) -> None:
    """Leave an invite unused."""
    view = await cases.look_at_invite_again(deps, who.id, callback_data.nonce)
    await show(invite.declined(view, who.w), who.w.locale)


async def show_mids(_: Message | CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """``/mid``."""
    _member, memberships = await cases.read_member(deps, who.id)
    await show(mid.listed(memberships, who.w), who.w.locale)


async def show_mid(
    _: CallbackQuery, callback_data: ShowMid, deps: Deps, who: Who, show: Show
) -> None:
    """One MID."""
    view = await notice_inbox.hearing(deps, who.id, callback_data.membership)
    await show(mid.screen(view, who.w), who.w.locale)


async def show_human(
    _: Message | CallbackQuery, deps: Deps, who: Who, show: Show, operator: Operator
) -> None:
    """``/human``."""
    _member, memberships = await cases.read_member(deps, who.id)
    await show(mid.human(memberships, operator.contact, who.w), who.w.locale)


async def show_leaving(_: Message | CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """``/leave``."""
    _member, memberships = await cases.read_member(deps, who.id)
    await show(leaving.screen(memberships, who.w), who.w.locale)


async def leave(_: CallbackQuery, callback_data: Leave, deps: Deps, who: Who, show: Show) -> None:
    """Leave a MID."""
    membership = callback_data.membership
    if callback_data.erase:
        also = erasure.of_membership(who)
        left = await service_erasure.erase_membership(deps, who.id, membership, also)
        undo = None
    else:
        left = await cases.leave(deps, who.id, membership, who.by("leave"))
        undo = membership
    await show(leaving.left(left, undo, who.w), who.w.locale)


async def undo_leave(
    _: CallbackQuery, callback_data: UndoLeave, deps: Deps, who: Who, show: Show
) -> None:
    """Take a leaving back."""
    found = await cases.undo_leave(deps, who.id, callback_data.membership, who.by("leave"))
    await show(leaving.undone(found, who.w), who.w.locale)


async def show_deleting(_: Message | CallbackQuery, who: Who, show: Show) -> None:
    """``/delete``."""
    await show(leaving.delete(who.w), who.w.locale)


async def delete_all(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """Erase everything held here."""
    left = await service_erasure.erase_member(deps, who.id, erasure.of_member(who))
    await show(leaving.deleted(left, who.w), who.w.locale)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="people")
    router.message.register(start, CommandStart())
    router.message.register(show_mids, Command("mid"))
    router.message.register(show_human, Command("human"))
    router.message.register(show_leaving, Command("leave"))
    router.message.register(show_deleting, Command("delete"))
    tap = router.callback_query.register
    tap(join, Join.filter())
    tap(decline, Decline.filter())
    tap(show_mids, To(Place.MIDS))
    tap(show_mid, ShowMid.filter())
    tap(show_human, To(Place.HUMAN))
    tap(show_leaving, To(Place.LEAVE))
    tap(leave, Leave.filter())
    tap(undo_leave, UndoLeave.filter())
    tap(show_deleting, To(Place.DELETE))
    tap(delete_all, DeleteAll.filter())
    return router
