"""YAML or JSON text into plain values, with the line every value came from.

Values are read the way people mean them: `NO` is Norway and `on` a word, for only true and false
are truth values; days stay text until a field asks for one. Anchors, tags and deep nesting,
which our files have no use for, are refused, so that a small file cannot become a large one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from service.bundle.schema.checks import clean

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
class Unreadable(Exception):  # noqa: N818 - what happened, not whose mistake
    """The text is no YAML or JSON that a bundle could be."""

    line: int | None
    reason: str
    mend: str


@dataclass
class Document:
    """What a text holds: its value and where each part began; a key given twice is kept once."""

    value: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    twice: list[tuple[Loc, int]] = field(default_factory=list)

    def line(self, loc: Loc) -> int | None:
        """The line where `loc` began; where it is missing, the line of what should hold it."""
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.lines:
                return self.lines[loc[:length]]
        return None


def load(text: str, *, is_json: bool, begin: str = "write something into it") -> Document:
    """Read `text`, JSON strictly when `is_json`, otherwise YAML (of which JSON is a part).

    `begin` is the mend of an empty file.

    Raises:
        Unreadable: not well-formed, empty, too large, too deep, or with anchors or tags.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Unreadable(
            None, f"the file is larger than {MAX_BYTES // 1_000_000} MB", "split its members"
        )
    text = text.removeprefix("\ufeff")
    strange = _UNREADABLE.search(text)
    if strange:
        raise Unreadable(
            text.count("\n", 0, strange.start()) + 1,
            f"the file holds the control character U+{ord(strange[0]):04X}",
            "take it out",
        )
    try:
        document = _Reader().read(_json_as_yaml(text) if is_json else text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(
            mark.line + 1 if mark else None,
            f"this is not well-formed YAML: {error.problem or error.context}",
            "look at this line and the one above: indentation, quotes, a missing colon",
        ) from None
    if document.value is None:
        raise Unreadable(None, "the file is empty", begin)
    return document


def _json_as_yaml(text: str) -> str:
    """Check that `text` is JSON and write it so that YAML reads the same, line for line."""

    def no_number(_: str) -> NoReturn:
        raise Unreadable(None, "NaN and Infinity are no JSON numbers", "write a number")

    def token(found: re.Match[str]) -> str:
        if found[0] == "\t":
            return " "
        read = json.loads(found[0])
        return f'"{"".join(map(_escaped, read))}"'

    if not text.strip():
        return ""
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=no_number)
    except json.JSONDecodeError as error:
        raise Unreadable(
            error.lineno,
            f"this is not well-formed JSON: {error.msg}",
            "look at this line and the one above: commas, quotes, brackets",
        ) from None
    except RecursionError:
        raise _too_deep(None) from None
    return _JSON_TOKEN.sub(token, text)


def _escaped(char: str) -> str:
    """Write one character of a string so that YAML takes it as it is."""
    plain = " " <= char <= "~" and char not in '"\\'
    if "\ud800" <= char <= "\udfff":
        return "\\uFFFD"  # half a pair stands for no character
    return char if plain else f"\\U{ord(char):08x}"


def _too_deep(line: int | None) -> Unreadable:
    return Unreadable(
        line,
        f"this is nested more than {MAX_DEPTH} levels deep",
        "take some levels out",
    )


@dataclass
class _Open:
    """A block or list whose end has not been read yet."""

    value: Any
    loc: Loc
    key: str | None = None
    key_line: int = 0


class _Reader:
    """Builds the document from YAML's events, one by one, so that depth costs no stack."""

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
                raise Unreadable(line, "a second document begins here", "keep one in a file")
            self._began = bool(event.explicit)
        elif isinstance(event, yaml.AliasEvent):
            raise Unreadable(
                line, f"*{clean(str(event.anchor))} points elsewhere", "write it out in full"
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)

    def _node(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            raise Unreadable(line, f"&{clean(event.anchor)} is an anchor", "take it out")
        if event.tag not in _PLAIN_TAGS:
            raise Unreadable(line, f"{clean(event.tag)} is a tag of YAML", "take it out")
        self._began = True
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._key(holder, event, line)
            return
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = _plain(event.value) if event.implicit[0] else event.value
        else:
            value = {} if isinstance(event, yaml.MappingStartEvent) else []
        loc = self._place(holder, value, line)
        if isinstance(value, dict | list):
            self._open.append(_Open(value, loc))
            if len(self._open) > MAX_DEPTH:
                raise _too_deep(line)

    def _key(self, holder: _Open, event: Any, line: int) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise Unreadable(line, "a key must be a word, not a block or a list", "name the field")
        holder.key, holder.key_line = event.value, line
        if event.value in holder.value:
            self._document.twice.append(((*holder.loc, event.value), line))

    def _place(self, holder: _Open | None, value: Any, line: int) -> Loc:
        """Put a value where it belongs and note its line: in a block, the line of its key."""
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


def _plain(written: str) -> Any:
    """Read an unquoted word: a truth value, nothing, a number, otherwise text."""
    if written.lower() in _WORDS:
        return _WORDS[written.lower()]
    if _INTEGER.fullmatch(written):
        return int(written)
    if _FLOAT.fullmatch(written):
        return float(written)
    return written
