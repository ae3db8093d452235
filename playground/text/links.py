"""Which links the server accepts."""

import re
from typing import Final
from urllib.parse import urlsplit

_KINDS: Final = frozenset({"http", "https", "tg", "ton"})


def checked_link(url: str) -> str | None:
    """The link as the server stores it, or None when it does not accept it.

    A link without a scheme gets `http://`; http and https need a host with a dot.
    """
    if not url or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url) else f"http://{url}")
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in _KINDS:
        return None
    if parts.scheme in {"http", "https"} and "." not in host.strip("."):
        return None
    return parts.geturl()
