"""From the text parameters of a call to the text a chat shows."""

import re
from collections.abc import Iterable
from typing import Final

from playground import limits
from playground.errors import Json, bad, not_here
from playground.text.links import checked_link
from playground.text.markup import parse_html, utf16_length

_ENTITY_KINDS: Final = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold",
    "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote",
    "code", "pre", "text_link", "text_mention", "custom_emoji", "date_time",
})  # fmt: skip
_FOUND_ALONE: Final = (
    ("url", re.compile(r"(?:https?|tg|ton)://[^\s<>\"]*[^\s<>\".,;:!?)\]}'»”]")),
    ("url", re.compile(r"(?<![\w./@])t\.me/[\w+/?=&%-]*[\w/]")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z]\w{3,31}\b")),
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b")),
)
_OPAQUE: Final = frozenset({"code", "pre", "text_link", "text_mention", "url", "email"})


def compose(
    text: str, parse_mode: str | None, entities: list[Json] | None
) -> tuple[str, list[Json]]:
    """The plain text and entities that a send or an edit would show.

    Raises:
        Refusal: 400 when the text is empty, too long, or its markup is broken.
    """
    if not text:
        raise bad("message text is empty")
    if len(text.encode()) > limits.RAW_TEXT_BYTES:
        raise bad("text is too long")
    shown, marks = _parsed(text, parse_mode, entities or [])
    shown, marks = _trimmed(shown, marks)
    if not shown:
        raise bad("text must be non-empty")
    if len(shown) > limits.TEXT_LENGTH:
        raise bad("message is too long")
    return shown, with_found(shown, marks[: limits.ENTITIES])


def _parsed(text: str, parse_mode: str | None, entities: list[Json]) -> tuple[str, list[Json]]:
    mode = (parse_mode or "").lower()
    if mode == "html":
        return parse_html(text)
    if mode in {"markdown", "markdownv2"}:
        raise not_here(f"parse_mode {parse_mode}; use HTML or entities")
    if mode:
        raise bad("unsupported parse_mode")
    return text, _checked(text, entities)


def _checked(text: str, entities: Iterable[Json]) -> list[Json]:
    starts, offset = set[int](), 0
    for character in text:
        starts.add(offset)
        offset += utf16_length(character)
    starts.add(offset)
    kept: list[Json] = []
    for entity in entities:
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        if entity["type"] not in _ENTITY_KINDS or begin < 0 or entity["length"] <= 0:
            continue
        if end > offset:
            raise bad(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text "
                f"at UTF-16 offset {end}"
            )
        if begin not in starts:
            raise bad(f"entity begins in a middle of a UTF-16 symbol at byte offset {begin}")
        if end not in starts:
            raise bad(
                f"entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol "
                f"at UTF-16 offset {end}"
            )
        if entity["type"] == "text_link":
            link = checked_link(entity.get("url") or "")
            if link is None:
                continue
            kept.append({**entity, "url": link})
        else:
            kept.append({key: value for key, value in entity.items() if value is not None})
    return sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def _trimmed(text: str, marks: list[Json]) -> tuple[str, list[Json]]:
    text = text.rstrip()
    first = utf16_length(text)
    if marks:
        first = min(first, marks[0]["offset"])
    cut = 0
    while cut < first and cut < len(text) and text[cut] in " \n":
        cut += 1
    text = text[cut:]
    end = utf16_length(text)
    kept: list[Json] = []
    for mark in marks:
        offset = mark["offset"] - cut
        length = min(mark["length"], end - offset)
        if length > 0:
            kept.append({**mark, "offset": offset, "length": length})
    return text, kept


def with_found(text: str, marks: list[Json]) -> list[Json]:
    """Add what the server finds by itself: links, addresses, mentions, commands."""
    taken = [
        (mark["offset"], mark["offset"] + mark["length"])
        for mark in marks
        if mark["type"] in _OPAQUE
    ]
    found: list[Json] = []
    for kind, pattern in _FOUND_ALONE:
        for match in pattern.finditer(text):
            begin = utf16_length(text[: match.start()])
            end = begin + utf16_length(match.group())
            if any(begin < other_end and start < end for start, other_end in taken):
                continue
            taken.append((begin, end))
            found.append({"type": kind, "offset": begin, "length": end - begin})
    return sorted(marks + found, key=lambda mark: (mark["offset"], -mark["length"]))
