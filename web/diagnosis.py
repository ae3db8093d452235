"""What is wrong with a webhook, seen from outside, and the mend: for ``midline doctor``."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp

from web.values import Hook

SECONDS = 5
RECENT = timedelta(hours=1)

# What Telegram says of a call that failed -> the mend. The first that fits is told.
MENDS = (
    (" 401", "the secret differs: start midline run anew, which tells Telegram the present one"),
    (" 404", "the proxy does not hand the path on: compare it with MIDLINE_WEBHOOK_URL"),
    (" 413", "something in front refuses the size: let it take 1 MiB"),
    (" 502", "the proxy reaches no Midline: is it running, and on MIDLINE_HTTP_PORT?"),
    (" 503", "the store was away: see the findings on the store above, and the log"),
    (" 30", "something in front redirects, and Telegram does not follow: name the last address"),
    ("certificate", "the certificate does not hold: renew it, and serve the whole chain"),
    ("ssl", "the certificate does not hold: renew it, and serve the whole chain"),
    ("resol", "the host has no address in DNS: correct it, or MIDLINE_WEBHOOK_URL"),
    ("refused", "nobody listens at that port: start the proxy"),
    ("timed out", "nothing gets through: open the port in the firewall"),
    ("", "see the log of the proxy and of midline run"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What Telegram says of its calls."""

    url: str
    pending: int
    error: str | None = None
    error_at: datetime | None = None


def compare(hook: Hook | None, told: Told, now: datetime) -> Iterator[tuple[bool, str]]:
    """What Telegram says against the settings: good or not, and a sentence."""
    host = urlsplit(told.url).hostname
    if hook is None:
        if told.url:
            said = f"Telegram calls a webhook at {host}, and these settings poll:"
            yield False, f"{said} midline run would remove it. Set MIDLINE_WEBHOOK_URL to keep it."
    elif not told.url:
        yield True, "no webhook is set yet; midline run sets it"
    elif told.url != hook.url:
        yield True, f"Telegram calls another address, at {host}; midline run changes it"
    else:
        yield True, f"Telegram calls {hook.host}, as the settings say"
    yield True, f"{told.pending} updates wait at Telegram"
    if told.url and told.error and told.error_at:
        lasts = told.pending > 0 or now - told.error_at < RECENT
        mend = next(mend for part, mend in MENDS if part in told.error.lower())
        at = told.error_at.strftime("%Y-%m-%d %H:%M UTC")
        said = f"the last call that failed, at {at}: {told.error}."
        yield (False, f"{said} Mend: {mend}.") if lasts else (True, said)


async def knock(hook: Hook) -> tuple[bool, str]:
    """Call the webhook as a stranger would: it has to be there, and to refuse."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.post(hook.url, json={}, allow_redirects=False) as answer,
        ):
            return _judged(hook, answer.status)
    except aiohttp.ClientConnectorCertificateError:
        why = "its certificate does not hold: renew it, and serve the whole chain"
    except aiohttp.ClientConnectorDNSError:
        why = "the host has no address in DNS: correct it, or MIDLINE_WEBHOOK_URL"
    except (aiohttp.ClientError, TimeoutError):
        why = "nobody answers: start midline run and the proxy, and open the port"
    return False, f"{hook.host}: {why}."


def _judged(hook: Hook, status: int) -> tuple[bool, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return True, f"{hook.host} answers, and refuses whoever has no secret"
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return (
            False,
            f"{hook.host} takes calls without the secret: that is no Midline. Correct the proxy.",
        )
    mend = next(mend for part, mend in MENDS if part in f" {status}")
    return False, f"{hook.host} answers {status}. Mend: {mend}."


async def is_midline(host: str, port: int) -> bool | None:
    """Who listens: True: a Midline, False: something else, None: nobody."""
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return None
    writer.close()
    name = f"[{host}]" if ":" in host else host
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.get(f"http://{name}:{port}/healthz") as answer,
        ):
            return answer.status == HTTPStatus.OK and await answer.json() == {"ok": True}
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False
