"""Random, opaque ids with a prefix that says what they name."""

import secrets

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id(prefix: str) -> str:
    """A fresh id such as ``lic_4k2...``: 16 characters of 36, about 82 bits, not guessable."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))


def new_nonce() -> str:
    """A fresh 96-bit nonce in 16 characters that fit a callback button."""
    return secrets.token_urlsafe(12)
