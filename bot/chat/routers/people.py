"""Start, invites, the member's MIDs, leaving a MID, and erasing everything."""

import structlog
from aiogram import Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.chat import erasure
from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter
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


async def start(
    _: Message, command: CommandObject, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Handle ``/start``, alone or with the token of an invite."""
    if command.args:
        view = await cases.look_at_invite(deps, actor.id, command.args)
        log_reused_invite(view, actor)
        await show(invite.screen(view, actor.words))
    else:
        portfolio = await standing_cases.read_portfolio(deps, actor.id)
        await show(home.screen(portfolio, actor.words))


def log_reused_invite(view: InviteView, actor: Actor) -> None:
    """Warn the operator that somebody opened an invite which another member has used."""
    if view.state is InviteState.USED and view.mid is not None:
        log.warning("invite_used_twice", mid=view.mid.id, invite=view.invite_id, member=actor.id)


async def join(
    _: CallbackQuery, callback_data: Join, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Accept an invite."""
    view = await cases.join(deps, actor.id, callback_data.nonce, actor.cause("invite"))
    log_reused_invite(view, actor)
    await show(invite.screen(view, actor.words))


async def decline(
    _: CallbackQuery, callback_data: Decline, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Decline an invite, which stays unused."""
    view = await cases.look_at_invite_again(deps, actor.id, callback_data.nonce)
    await show(invite.declined(view, actor.words))


async def show_mids(_: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Handle ``/mid`` and its button: the member's MIDs."""
    _member, memberships = await cases.read_member(deps, actor.id)
    await show(mid.overview(memberships, actor.words))


async def show_mid(
    _: CallbackQuery, callback_data: ShowMid, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show one MID of the member."""
    view = await notice_inbox.read_hearing(deps, actor.id, callback_data.membership)
    await show(mid.screen(view, actor.words))


async def show_human(
    _: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter, operator: Operator
) -> None:
    """Handle ``/human`` and its button: whom to reach at each MID and here."""
    _member, memberships = await cases.read_member(deps, actor.id)
    await show(mid.contacts(memberships, operator.contact, actor.words))


async def show_leaving(
    _: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Handle ``/leave`` and its button: the MIDs that can be left."""
    _member, memberships = await cases.read_member(deps, actor.id)
    await show(leaving.screen(memberships, actor.words))


async def leave(
    _: CallbackQuery, callback_data: Leave, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Leave a MID, which can be undone; or leave it and erase the membership, which cannot."""
    membership = callback_data.membership
    if callback_data.erase:
        also = erasure.membership_erasure(actor)
        left = await service_erasure.erase_membership(deps, actor.id, membership, also)
        undo = None
    else:
        left = await cases.leave(deps, actor.id, membership, actor.cause("leave"))
        undo = membership
    await show(leaving.left(left, undo, actor.words))


async def undo_leave(
    _: CallbackQuery, callback_data: UndoLeave, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Undo leaving a MID."""
    mid_ = await cases.undo_leave(deps, actor.id, callback_data.membership, actor.cause("leave"))
    await show(leaving.undone(mid_, actor.words))


async def show_deleting(_: Message | CallbackQuery, actor: Actor, show: Presenter) -> None:
    """Handle ``/delete`` and its button: what erasing everything means."""
    await show(leaving.delete(actor.words))


async def delete_all(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Erase the member with everything stored about them."""
    left = await service_erasure.erase_member(deps, actor.id, erasure.member_erasure(actor))
    await show(leaving.deleted(left, actor.words))


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="people")
    router.message.register(start, CommandStart())
    router.message.register(show_mids, Command("mid"))
    router.message.register(show_human, Command("human"))
    router.message.register(show_leaving, Command("leave"))
    router.message.register(show_deleting, Command("delete"))
    tap = router.callback_query.register
    tap(join, Join.filter())
    tap(decline, Decline.filter())
    tap(show_mids, ToPlace(Place.MIDS))
    tap(show_mid, ShowMid.filter())
    tap(show_human, ToPlace(Place.HUMAN))
    tap(show_leaving, ToPlace(Place.LEAVE))
    tap(leave, Leave.filter())
    tap(undo_leave, UndoLeave.filter())
    tap(show_deleting, ToPlace(Place.DELETE))
    tap(delete_all, DeleteAll.filter())
    return router
