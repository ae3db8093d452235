"""Checks of a webhook from outside, with remedies: for ``midline doctor``."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp

from web.values import WebhookConfig

SECONDS = 5
RECENT = timedelta(hours=1)

# Part of Telegram's error about a failed call -> the remedy. The first that matches is used.
REMEDIES = (
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
class WebhookStatus:
    """What Telegram reports about the webhook: address, updates that wait, the last error."""

    url: str
    pending: int
    error: str | None = None
    error_at: datetime | None = None


def compare_webhook(
    config: WebhookConfig | None, status: WebhookStatus, now: datetime
) -> Iterator[tuple[bool, str]]:
    """Compare Telegram's report with the settings: findings, each good or not, as a sentence."""
    host = urlsplit(status.url).hostname
    if config is None:
        if status.url:
            finding = f"Telegram calls a webhook at {host}, and these settings poll:"
            yield (
                False,
                f"{finding} midline run would remove it. Set MIDLINE_WEBHOOK_URL to keep it.",
            )
    elif not status.url:
        yield True, "no webhook is set yet; midline run sets it"
    elif status.url != config.url:
        yield True, f"Telegram calls another address, at {host}; midline run changes it"
    else:
        yield True, f"Telegram calls {config.host}, as the settings say"
    yield True, f"{status.pending} updates wait at Telegram"
    if status.url and status.error and status.error_at:
        lasts = status.pending > 0 or now - status.error_at < RECENT
        remedy = next(remedy for part, remedy in REMEDIES if part in status.error.lower())
        at = status.error_at.strftime("%Y-%m-%d %H:%M UTC")
        finding = f"the last call that failed, at {at}: {status.error}."
        yield (False, f"{finding} Mend: {remedy}.") if lasts else (True, finding)


async def probe_webhook(config: WebhookConfig) -> tuple[bool, str]:
    """Call the webhook without the secret: it has to be reachable, and to refuse the call."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.post(config.url, json={}, allow_redirects=False) as answer,
        ):
            return _judge(config, answer.status)
    except aiohttp.ClientConnectorCertificateError:
        why = "its certificate does not hold: renew it, and serve the whole chain"
    except aiohttp.ClientConnectorDNSError:
        why = "the host has no address in DNS: correct it, or MIDLINE_WEBHOOK_URL"
    except (aiohttp.ClientError, TimeoutError):
        why = "nobody answers: start midline run and the proxy, and open the port"
    return False, f"{config.host}: {why}."


def _judge(config: WebhookConfig, status: int) -> tuple[bool, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return True, f"{config.host} answers, and refuses whoever has no secret"
    if status < HTTPStatus.MULTIPLE_CHOICES:
        finding = f"{config.host} takes calls without the secret: that is no Midline."
        return False, f"{finding} Correct the proxy."
    remedy = next(remedy for part, remedy in REMEDIES if part in f" {status}")
    return False, f"{config.host} answers {status}. Mend: {remedy}."


async def is_midline(host: str, port: int) -> bool | None:
    """What listens at an address. True: a Midline, False: something else, None: nothing."""
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
