"""``midline invite`` and ``midline staff add``: links that are told once."""

from bot.open_store import open_store
from bot.settings import Settings
from bot.telegram import sync_store
from service.deps import Deps
from service.errors import StoreError
from service.people.cases import make_invites


async def make_invite_links(
    settings: Settings, mid: str, ref: str | None, count: int
) -> list[dict[str, str | None]]:
    """Fresh invites as plain values. ``link`` is None as long as the bot's name is not known."""
    async with open_store(settings) as deps:
        username = await read_bot_username(deps, settings)
        made = await make_invites(deps, mid, ref=ref, count=count)
    return [
        {
            "mid": one.mid_id,
            "ref": one.ref,
            "token": one.token,
            "link": f"https://t.me/{username}?start={one.token}" if username else None,
            "expires": one.expires_at.isoformat(timespec="seconds"),
        }
        for one in made
    ]


async def read_bot_username(deps: Deps, settings: Settings) -> str | None:
    """The bot's name: as it was told when the bot last ran, else asked for now.

    Raises:
        StoreError: nobody knows it yet, and Telegram does not tell it.
    """
    async with deps.db.read() as conn:
        known = await sync_store.read_synced(conn, "username")
    if known or settings.bot_token is None:
        return known
    # Slow, and asked only before the first run.
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
