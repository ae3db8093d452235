"""Checks the address that Telegram is to call, before anything starts."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from service.errors import StoreError
from web.values import WebhookConfig

PORTS = (443, 80, 88, 8443)
RESERVED_PATHS = ("/healthz", "/readyz", "/metrics")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
_MAKE_ONE = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'


def webhook_config(url: str, secret: str | None, token: str | None) -> WebhookConfig:
    """Check the settings of the webhook.

    Raises:
        StoreError: Telegram would refuse the address, or anybody could call it. The message never
            contains a secret.
    """
    _check_secret(secret)
    parts = _split(url, (token or "", secret or ""))
    _check_server(parts)
    path = parts.path or "/"
    if not _PATH.fullmatch(path) or parts.query or parts.fragment or path in RESERVED_PATHS:
        raise StoreError(
            "the path of MIDLINE_WEBHOOK_URL may hold letters, digits and . _ ~ - / and nothing "
            f"behind it, and may not be {', '.join(RESERVED_PATHS)}. "
            "Write something like /telegram."
        )
    assert parts.hostname
    assert secret
    return WebhookConfig(url=url, host=parts.hostname, path=path, secret=secret)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_secret(secret: str | None) -> None:
    if not secret:
        raise StoreError(
            "MIDLINE_WEBHOOK_URL is set and MIDLINE_WEBHOOK_SECRET is not: anybody could pretend "
            f"to be Telegram. Make one, and put it there: {_MAKE_ONE}"
        )
    if not _SECRET.fullmatch(secret):
        raise StoreError(
            "MIDLINE_WEBHOOK_SECRET must be 1 to 256 of A-Z a-z 0-9 _ and -. "
            f"Make another: {_MAKE_ONE}"
        )


def _split(url: str, secrets: tuple[str, ...]) -> SplitResult:
    """Split an address, which must not contain any of the secrets."""
    plain = unquote(url)
    forbidden = [part for secret in secrets for part in (secret, secret.partition(":")[2]) if part]
    if any(part in plain for part in forbidden) or "@" in plain:
        raise StoreError(
            "MIDLINE_WEBHOOK_URL holds a token, a secret or a password, and addresses end up in "
            "logs. Choose a plain path such as /telegram; MIDLINE_WEBHOOK_SECRET protects it."
        )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise StoreError(f"MIDLINE_WEBHOOK_URL is no address: {error}.") from error
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise StoreError(
            "MIDLINE_WEBHOOK_URL is no address. Write it whole: https://bot.example.org/telegram"
        )
    return parts


def _check_server(parts: SplitResult) -> None:
    assert parts.hostname
    if is_loopback(parts.hostname):
        return
    if parts.scheme != "https":
        raise StoreError(
            "MIDLINE_WEBHOOK_URL begins with http://, and Telegram calls https alone. Write "
            "https://, and put a proxy with a certificate in front: see deploy/README.md."
        )
    if (parts.port or 443) not in PORTS:
        raise StoreError(
            f"MIDLINE_WEBHOOK_URL names port {parts.port}, and Telegram calls "
            f"{', '.join(map(str, PORTS))} alone. Let the proxy listen on one of these."
        )
