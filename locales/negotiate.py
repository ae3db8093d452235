"""Language negotiation: the shipped language that a tag stands for.

Babel's own negotiation misses `pt` for pt_BR and `zh-CN` for zh_Hans, so tags are completed with
CLDR's likely subtags (`zh-TW` is zh, Hant, TW) and the nearest of the same language is taken.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel.core import Locale, UnknownLocaleError, get_global

SOURCE = "en"
HERE = Path(__file__).parent

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_SCRIPT = re.compile("[A-Za-z]{4}")
_TERRITORY = re.compile("[A-Za-z]{2}|[0-9]{3}")


def _discovered() -> tuple[str, ...]:
    names = {path.parent.parent.name for path in HERE.glob("*/LC_MESSAGES/messages.[pm]o")}
    return (SOURCE, *sorted(names - {SOURCE}))


SHIPPED: tuple[str, ...] = _discovered()
"""The source language, then every folder that holds a catalogue."""


class Tag(NamedTuple):
    """A complete language tag; script and territory may be CLDR's likely ones."""

    language: str
    script: str
    territory: str


@lru_cache(maxsize=512)
def negotiate(tag: str | None, default: str = SOURCE) -> str:
    """The shipped language nearest to a tag as Telegram, a browser or a MID writes it.

    An empty, unknown or malformed tag gives the default, or the source if that is not shipped.
    """
    return nearest(tag, SHIPPED) or (default if default in SHIPPED else SOURCE)


def nearest(tag: str | None, available: Iterable[str]) -> str | None:
    """The available tag that is nearest to a tag and of the same language, or None."""
    target = widen(tag)
    if target is None:
        return None
    plain = str(tag).lower().replace("-", "_")

    def closeness(other: str) -> tuple[bool, ...]:
        own, name = widen(other), other.lower().replace("-", "_")
        return (
            name == plain,
            own is not None and own.script == target.script,
            own is not None and own.territory == target.territory,
            name == target.language,
        )

    same = [
        other for other in available if (own := widen(other)) and own.language == target.language
    ]
    return max(same, key=closeness, default=None)


@lru_cache(maxsize=512)
def widen(tag: str | None) -> Tag | None:
    """Complete a tag with its likely script and territory; None if it is malformed."""
    text = re.split(r"[.@]", (tag or "").strip())[0]
    if not _TAG.fullmatch(text):
        return None
    language, *rest = re.split("[-_]", text)
    language = get_global("language_aliases").get(language.lower(), language.lower())
    script = next((part.title() for part in rest if _SCRIPT.fullmatch(part)), "")
    territory = next((part.upper() for part in rest if _TERRITORY.fullmatch(part)), "")
    likely = get_global("likely_subtags")
    for known in (f"{language}_{script}", f"{language}_{territory}", language):
        if full := likely.get(known):
            parts = full.split("_")
            return Tag(language, script or parts[1], territory or parts[2])
    return Tag(language, script, territory)


def own_name(locale: str) -> str:
    """A language's name in itself, with a capital: "Español", "Português (Brasil)"."""
    name = name_in(locale, Locale.parse(locale))
    return name[:1].upper() + name[1:]


def name_in(locale: str, shown: Locale) -> str:
    """The name of a language in another one; a tag that CLDR does not know is returned."""
    tag = locale.replace("-", "_")
    if tag in shown.languages:
        return str(shown.languages[tag])
    try:
        return Locale.parse(tag).get_display_name(shown) or locale
    except (UnknownLocaleError, ValueError):
        return locale
