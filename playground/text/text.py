"""From the text parameters of a call to the text that a chat shows."""

import re
from collections.abc import Iterable
from typing import Final

from playground import limits
from playground.errors import Json, bad_request, not_played
from playground.text.links import checked_link
from playground.text.markup import parse_html, utf16_length

_ENTITY_KINDS: Final = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold",
    "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote",
    "code", "pre", "text_link", "text_mention", "custom_emoji", "date_time",
})  # fmt: skip
_DETECTED: Final = (
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
        ApiError: 400 when the text is empty, too long, or its markup is broken.
    """
    if not text:
        raise bad_request("message text is empty")
    if len(text.encode()) > limits.RAW_TEXT_BYTES:
        raise bad_request("text is too long")
    shown, marks = _parse(text, parse_mode, entities or [])
    shown, marks = _trim(shown, marks)
    if not shown:
        raise bad_request("text must be non-empty")
    if len(shown) > limits.TEXT_LENGTH:
        raise bad_request("message is too long")
    return shown, add_detected_entities(shown, marks[: limits.ENTITIES])


def _parse(text: str, parse_mode: str | None, entities: list[Json]) -> tuple[str, list[Json]]:
    mode = (parse_mode or "").lower()
    if mode == "html":
        return parse_html(text)
    if mode in {"markdown", "markdownv2"}:
        raise not_played(f"parse_mode {parse_mode}; use HTML or entities")
    if mode:
        raise bad_request("unsupported parse_mode")
    return text, _check_entities(text, entities)


def _check_entities(text: str, entities: Iterable[Json]) -> list[Json]:
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
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text "
                f"at UTF-16 offset {end}"
            )
        if begin not in starts:
            raise bad_request(
                f"entity begins in a middle of a UTF-16 symbol at byte offset {begin}"
            )
        if end not in starts:
            raise bad_request(
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


def _trim(text: str, marks: list[Json]) -> tuple[str, list[Json]]:
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


def add_detected_entities(text: str, marks: list[Json]) -> list[Json]:
    """Add the entities that the server detects: links, addresses, mentions, commands."""
    taken = [
        (mark["offset"], mark["offset"] + mark["length"])
        for mark in marks
        if mark["type"] in _OPAQUE
    ]
    detected: list[Json] = []
    for kind, pattern in _DETECTED:
        for match in pattern.finditer(text):
            begin = utf16_length(text[: match.start()])
            end = begin + utf16_length(match.group())
            if any(begin < other_end and start < end for start, other_end in taken):
                continue
            taken.append((begin, end))
            detected.append({"type": kind, "offset": begin, "length": end - begin})
    return sorted(marks + detected, key=lambda mark: (mark["offset"], -mark["length"]))
