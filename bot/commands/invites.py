"""``midline invite``: makes invite links, whose tokens are shown once and stored as hashes."""

from bot.open_store import open_store
from bot.settings import Settings
from bot.telegram import sync_store
from service.deps import Deps
from service.errors import StoreError
from service.people.cases import make_invites


async def make_invite_links(
    settings: Settings, mid: str, ref: str | None, count: int
) -> list[dict[str, str | None]]:
    """Make invites and return them as ``--json`` prints them.

    ``link`` is None if there is no token by which to ask for the bot's username.
    """
    async with open_store(settings) as deps:
        username = await read_bot_username(deps, settings)
        invites = await make_invites(deps, mid, ref=ref, count=count)
    return [
        {
            "mid": invite.mid_id,
            "ref": invite.ref,
            "token": invite.token,
            "link": f"https://t.me/{username}?start={invite.token}" if username else None,
            "expires": invite.expires_at.isoformat(timespec="seconds"),
        }
        for invite in invites
    ]


async def read_bot_username(deps: Deps, settings: Settings) -> str | None:
    """The bot's username, as stored when the bot last ran, else from Telegram.

    None if it is not stored and there is no token to ask Telegram with.

    Raises:
        StoreError: it is not stored, and Telegram cannot be asked.
    """
    async with deps.db.read() as conn:
        username = await sync_store.read_synced(conn, "username")
    if username or settings.bot_token is None:
        return username
    # aiogram is slow to import, and needed here only before the bot's first run.
    from aiogram.exceptions import TelegramAPIError  # noqa: PLC0415

    from bot.app import build_bot  # noqa: PLC0415

    bot = build_bot(settings)
    try:
        return (await bot.me()).username
    except TelegramAPIError as error:
        raise StoreError(
            f"Telegram does not tell the bot's name, which stands in the link: {error}. "
            "Check MIDLINE_BOT_TOKEN and MIDLINE_BOT_API; without MIDLINE_BOT_TOKEN you get the "
            "bare token instead of a link."
        ) from error
    finally:
        await bot.session.close()
