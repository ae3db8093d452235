"""Random, opaque ids with a prefix that says what they name."""

import secrets

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 16
_IDS = len(_ALPHABET) ** _LENGTH


def new_id(prefix: str) -> str:
    """A fresh id such as ``lic_4k2...``: 16 characters of 36, about 82 bits, not guessable."""
    left, found = secrets.randbelow(_IDS), []
    for _ in range(_LENGTH):
        left, digit = divmod(left, len(_ALPHABET))
        found.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(found)}"


def new_nonce() -> str:
    """A fresh 96-bit nonce in 16 characters that fit a callback button."""
    return secrets.token_urlsafe(12)
