"""Parser of Telegram's HTML: markup to plain text and entities.

It follows the real parser, which is not an HTML parser: an unknown tag is an error, and every
error names a byte offset into the text as it was sent.
"""

import re
from dataclasses import dataclass
from typing import Final

from playground.errors import ApiError, Json, bad_request
from playground.text.links import checked_link

_KINDS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_NAMED: Final = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_REFERENCE: Final = re.compile(rb"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,7})|([A-Za-z]{2,4}))(;?)")
_PLAIN: Final = re.compile(rb"[^<&]*")
_SPACE: Final = b" \t\r\n\v\x00"
_NAME_END: Final = _SPACE + b"=>/\"'"
_TOKEN: Final = re.compile(rb"[A-Za-z0-9.\-]*")
_LAST_CHARACTER: Final = 0x10FFFF


@dataclass(slots=True)
class _OpenTag:
    tag: str
    argument: str
    offset: int
    start: int


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, in which entity offsets are counted."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(markup: str) -> tuple[str, list[Json]]:
    """Split markup into plain text and entities with UTF-16 offsets.

    Raises:
        ApiError: 400 `can't parse entities: ...`, with the real server's wording.
    """
    return _Parser(markup).run()


def _markup_error(description: str) -> ApiError:
    return bad_request(f"can't parse entities: {description}")


class _Parser:
    def __init__(self, markup: str) -> None:
        self._raw = markup.encode() + b"\x00"
        self._at = 0
        self._text: list[str] = []
        self._offset = 0
        self._open: list[_OpenTag] = []
        self._entities: list[Json] = []

    def run(self) -> tuple[str, list[Json]]:
        end = len(self._raw) - 1
        while self._at < end:
            if self._raw[self._at] == ord("<"):
                if self._raw[self._at + 1] == ord("/"):
                    self._end_tag()
                else:
                    self._start_tag()
                continue
            character = self._reference()
            if character is None:
                plain = _PLAIN.match(self._raw, self._at + 1, end)
                stop = plain.end() if plain else end
                character = self._raw[self._at : stop].decode()
                self._at = stop
            self._text.append(character)
            self._offset += utf16_length(character)
        if self._open:
            tag = self._open[-1].tag
            raise _markup_error(f'Can\'t find end tag corresponding to start tag "{tag}"')
        self._entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self._text), self._entities

    def _reference(self) -> str | None:
        match = _REFERENCE.match(self._raw, self._at)
        if match is None:
            return None
        decimal, hexadecimal, name, _ = match.groups()
        if name is not None:
            character = _NAMED.get(name.lower())
        else:
            code = int(decimal) if decimal is not None else int(hexadecimal, 16)
            fits = 0 < code <= _LAST_CHARACTER and not 0xD800 <= code <= 0xDFFF  # noqa: PLR2004
            character = chr(code) if fits else None
        if character is not None:
            self._at = match.end()
        return character

    def _spaces(self) -> None:
        while self._raw[self._at] in _SPACE and self._raw[self._at]:
            self._at += 1

    def _until(self, stops: bytes) -> bytes:
        start = self._at
        while self._raw[self._at] not in stops:
            self._at += 1
        return self._raw[start : self._at]

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = self._until(_SPACE + b">")
        if not self._raw[self._at]:
            raise _markup_error(f"Unclosed start tag at byte offset {begin}")
        tag = name.decode().lower()
        if tag not in _KINDS:
            raise _markup_error(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while True:
            self._spaces()
            if self._raw[self._at] == ord(">"):
                break
            attribute, value = self._attribute(tag, begin)
            argument = _argument(tag, attribute, value) or argument
        self._at += 1
        if tag == "span" and argument != "spoiler":
            raise _markup_error(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._open.append(_OpenTag(tag, argument, self._offset, len(self._text)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._until(_NAME_END).decode()
        if not name:
            raise _markup_error(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._spaces()
        if self._raw[self._at] != ord("="):
            if not self._raw[self._at]:
                raise _markup_error(f'Unclosed start tag "{tag}" at byte offset {begin}')
            return name, ""
        self._at += 1
        self._spaces()
        quote = self._raw[self._at]
        if quote in b"\"'":
            value = self._quoted(quote)
        else:
            start = self._at
            match = _TOKEN.match(self._raw, start)
            value = match.group().decode().lower() if match else ""
            self._at += len(value)
            if self._raw[self._at] not in _SPACE + b">":
                raise _markup_error(f"Unexpected end of name token at byte offset {start}")
        if not self._raw[self._at]:
            raise _markup_error(f'Unclosed start tag "{tag}" at byte offset {begin}')
        return name, value

    def _quoted(self, quote: int) -> str:
        self._at += 1
        parts: list[str] = []
        while self._raw[self._at] not in (quote, 0):
            character = self._reference()
            if character is None:
                start = self._at
                self._at += 1
                while self._raw[self._at] not in (quote, 0, ord("&")):
                    self._at += 1
                character = self._raw[start : self._at].decode()
            parts.append(character)
        if self._raw[self._at] == quote:
            self._at += 1
        return "".join(parts)

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise _markup_error(f"Unexpected end tag at byte offset {begin}")
        self._at += 2
        tag = self._until(_SPACE + b">").decode().lower()
        self._spaces()
        if self._raw[self._at] != ord(">"):
            raise _markup_error(f"Unclosed end tag at byte offset {begin}")
        self._at += 1
        opened = self._open.pop()
        if tag and tag != opened.tag:
            raise _markup_error(
                f"Unmatched end tag at byte offset {begin}, "
                f'expected "</{opened.tag}>", found "</{tag}>"'
            )
        length = self._offset - opened.offset
        if length:
            self._close(opened, length)

    def _close(self, opened: _OpenTag, length: int) -> None:
        entity: Json = {"type": _KINDS[opened.tag], "offset": opened.offset, "length": length}
        match opened.tag:
            case "a":
                url = opened.argument or "".join(self._text[opened.start :])
                if user := re.fullmatch(r"tg://user\?id=(\d+)", url):
                    entity |= {"type": "text_mention", "user": {"id": int(user[1])}}
                elif link := checked_link(url):
                    entity["url"] = link
                else:
                    return
            case "pre":
                inner = self._entities[-1] if self._entities else None
                same = inner and (inner["type"], inner["offset"], inner["length"]) == (
                    "code",
                    opened.offset,
                    length,
                )
                if same and inner:
                    entity |= {"language": inner["language"]} if "language" in inner else {}
                    self._entities.pop()
            case "code" if opened.argument:
                entity["language"] = opened.argument
            case "blockquote" if opened.argument:
                entity["type"] = "expandable_blockquote"
            case "tg-emoji":
                entity["custom_emoji_id"] = opened.argument
            case "tg-time":
                entity["unix_time"] = int(opened.argument or 0)
            case _:
                pass
        self._entities.append(entity)


def _argument(tag: str, attribute: str, value: str) -> str:
    match tag, attribute:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "tg-time", "unix" if value.isdigit():
            return value
        case "code", "class" if value.startswith("language-"):
            return value.removeprefix("language-")
        case "span", "class" if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case "blockquote", "expandable":
            return "1"
        case _:
            return ""
