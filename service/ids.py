"""Random identifiers: prefixed ids, nonces for buttons, and tokens for links with their hash."""

import hashlib
import secrets

TOKEN_BYTES = 32
"""Random bytes of a link token. In base64 with a prefix they fit a deep link (64 characters)."""

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 16
_IDS = len(_ALPHABET) ** _LENGTH


def new_id(prefix: str) -> str:
    """A fresh id such as ``lic_4k2...``: 16 characters of 36, about 82 bits, not guessable."""
    number, chars = secrets.randbelow(_IDS), []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        chars.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(chars)}"


def new_nonce() -> str:
    """A fresh 96-bit nonce in 16 characters that fit a callback button."""
    return secrets.token_urlsafe(12)


def new_token() -> str:
    """A fresh 256-bit token for a link that may be used once."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """The SHA-256 of a token, in hex: what is stored. A random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
