"""Parsing YAML or JSON into plain values, with the line of every value.

Values are read as people mean them: only true and false are booleans, so that `NO` is Norway and
`on` a word; dates stay text until a field reads one. Anchors, tags and deep nesting, which our
files do not need, are refused, so that a small file cannot expand into a large one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from service.bundle.schema.checks import safe_excerpt

MAX_BYTES: Final = 5_000_000
MAX_DEPTH: Final = 20

Loc = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18}([eE][-+]?[0-9]{1,3})?|[eE][-+]?[0-9]{1,3})")
_WORDS: Final[dict[str, bool | None]] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}
_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\t')
_PLAIN_TAGS: Final = {
    None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"
}  # fmt: skip
# The C parser where PyYAML was built with it: twenty times as fast, the same events.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class UnreadableFileError(Exception):
    """A text is not the YAML or JSON that our files may consist of."""

    line: int | None
    reason: str
    mend: str


@dataclass
class Document:
    """A parsed text: its value and the line of each part.

    ``twice`` lists keys that a block has twice, and the line of the second; the first one counts.
    """

    value: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    twice: list[tuple[Loc, int]] = field(default_factory=list)

    def line(self, loc: Loc) -> int | None:
        """The line where `loc` starts; if it is missing, the line of the block it belongs to."""
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.lines:
                return self.lines[loc[:length]]
        return None


def parse_document(
    text: str, *, is_json: bool, begin: str = "write something into it"
) -> Document:
    """Parse a text, as strict JSON with `is_json`, else as YAML, of which JSON is a subset.

    `begin` is the mend for an empty file.

    Raises:
        UnreadableFileError: not well-formed, empty, too large, too deep, or with anchors or tags.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UnreadableFileError(
            None, f"the file is larger than {MAX_BYTES // 1_000_000} MB", "split its members"
        )
    text = text.removeprefix("\ufeff")
    match = _UNREADABLE.search(text)
    if match:
        raise UnreadableFileError(
            text.count("\n", 0, match.start()) + 1,
            f"the file holds the control character U+{ord(match[0]):04X}",
            "take it out",
        )
    try:
        document = _Reader().read(_json_as_yaml(text) if is_json else text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableFileError(
            mark.line + 1 if mark else None,
            f"this is not well-formed YAML: {error.problem or error.context}",
            "look at this line and the one above: indentation, quotes, a missing colon",
        ) from None
    if document.value is None:
        raise UnreadableFileError(None, "the file is empty", begin)
    return document


def _json_as_yaml(text: str) -> str:
    """Check that a text is JSON and rewrite it so that YAML reads the same, line by line."""

    def no_number(_: str) -> NoReturn:
        raise UnreadableFileError(None, "NaN and Infinity are no JSON numbers", "write a number")

    def rewrite(token: re.Match[str]) -> str:
        if token[0] == "\t":
            return " "
        return f'"{"".join(map(_escape, json.loads(token[0])))}"'

    if not text.strip():
        return ""
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=no_number)
    except json.JSONDecodeError as error:
        raise UnreadableFileError(
            error.lineno,
            f"this is not well-formed JSON: {error.msg}",
            "look at this line and the one above: commas, quotes, brackets",
        ) from None
    except RecursionError:
        raise _too_deep(None) from None
    return _JSON_TOKEN.sub(rewrite, text)


def _escape(char: str) -> str:
    """Write one character of a JSON string so that YAML reads it unchanged."""
    plain = " " <= char <= "~" and char not in '"\\'
    if "\ud800" <= char <= "\udfff":
        return "\\uFFFD"  # an unpaired surrogate is no character
    return char if plain else f"\\U{ord(char):08x}"


def _too_deep(line: int | None) -> UnreadableFileError:
    return UnreadableFileError(
        line,
        f"this is nested more than {MAX_DEPTH} levels deep",
        "take some levels out",
    )


@dataclass
class _Open:
    """A block or list that is being read: its end has not come yet."""

    value: Any
    loc: Loc
    key: str | None = None
    key_line: int = 0


class _Reader:
    """Builds a document from YAML's events without recursion, so that depth costs no stack."""

    def __init__(self) -> None:
        self._document = Document()
        self._open: list[_Open] = []
        self._began = False

    def read(self, text: str) -> Document:
        events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        for event in events:
            self._take(event, event.start_mark.line + 1)
        return self._document

    def _take(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            if self._began:
                raise UnreadableFileError(
                    line, "a second document begins here", "keep one in a file"
                )
            self._began = bool(event.explicit)
        elif isinstance(event, yaml.AliasEvent):
            raise UnreadableFileError(
                line,
                f"*{safe_excerpt(str(event.anchor))} points elsewhere",
                "write it out in full",
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)

    def _node(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            raise UnreadableFileError(
                line, f"&{safe_excerpt(event.anchor)} is an anchor", "take it out"
            )
        if event.tag not in _PLAIN_TAGS:
            raise UnreadableFileError(
                line, f"{safe_excerpt(event.tag)} is a tag of YAML", "take it out"
            )
        self._began = True
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._key(holder, event, line)
            return
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = _parse_plain(event.value) if event.implicit[0] else event.value
        else:
            value = {} if isinstance(event, yaml.MappingStartEvent) else []
        loc = self._place(holder, value, line)
        if isinstance(value, dict | list):
            self._open.append(_Open(value, loc))
            if len(self._open) > MAX_DEPTH:
                raise _too_deep(line)

    def _key(self, holder: _Open, event: Any, line: int) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise UnreadableFileError(
                line, "a key must be a word, not a block or a list", "name the field"
            )
        holder.key, holder.key_line = event.value, line
        if event.value in holder.value:
            self._document.twice.append(((*holder.loc, event.value), line))

    def _place(self, holder: _Open | None, value: Any, line: int) -> Loc:
        """Put a value into its holder and store its line: in a block, the line of its key."""
        loc: Loc = ()
        if holder is None:
            self._document.value = value
        elif isinstance(holder.value, dict):
            key = holder.key or ""
            loc, line = (*holder.loc, key), holder.key_line
            holder.value.setdefault(key, value)
            holder.key = None
        else:
            loc = (*holder.loc, len(holder.value))
            holder.value.append(value)
        self._document.lines.setdefault(loc, line)
        return loc


def _parse_plain(scalar: str) -> Any:
    """Parse an unquoted scalar: a boolean, null, a number, otherwise text."""
    if scalar.lower() in _WORDS:
        return _WORDS[scalar.lower()]
    if _INTEGER.fullmatch(scalar):
        return int(scalar)
    if _FLOAT.fullmatch(scalar):
        return float(scalar)
    return scalar
