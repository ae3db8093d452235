"""Drafts: what is missing before one can be sent, and what tells two texts of it apart. Pure."""

import hashlib

from service.notices.values import Audience, Content

DIGEST_LENGTH = 8


def chosen(audience: Audience) -> bool:
    """Whether it was said who a notice is for."""
    return audience.everyone or bool(audience.licences or audience.refs)


def complete(content: Content) -> bool:
    """Whether a notice says something to somebody. Only then can it be approved."""
    return bool(content.text) and chosen(content.audience)


def digest(content: Content) -> str:
    """What stands for everything a notice says, in a button."""
    return hashlib.sha256(content.model_dump_json().encode()).hexdigest()[:DIGEST_LENGTH]
