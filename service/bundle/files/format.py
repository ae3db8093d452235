"""Reading a file of one of our formats: its value, or all problems with line and mend."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from service.bundle.files.error_messages import describe_error
from service.bundle.files.yaml_lines import (
    MAX_BYTES,
    Document,
    Loc,
    UnreadableFileError,
    parse_document,
)
from service.bundle.schema.checks import quote, safe_excerpt
from service.errors import MidlineError

_SUFFIXES = {".yaml", ".yml", ".json"}

MOST_PROBLEMS = 50
"""As many are told of a file; who mends these finds the next ones."""

MOST_KEYS = 1000
"""A block of fields with more is none of ours, whatever its keys are."""

WINDOW = 2000
"""Entries of a long list that are looked at together, so that a file of nothing but mistakes
costs no more than its first ones."""

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """A reason why a file is refused, or a warning about it.

    Attributes:
        file: name of the file.
        line: the line, from 1; None when it concerns the file as a whole.
        field: path such as `licences[2].price.limits`; empty for the file as a whole.
        reason: what is wrong.
        mend: what to write instead.
    """

    file: str
    line: int | None
    field: str
    reason: str
    mend: str

    def __str__(self) -> str:
        """One line, as in nurses.yaml:97: licences[2].price.limits: ... Mend: ..."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        field = f"{self.field}: " if self.field else ""
        return f"{where}: {field}{self.reason}. Mend: {self.mend}."


class FileRefusedError(MidlineError):
    """A file is refused whole.

    `problems` are in the order of their lines, at most `MOST_PROBLEMS`; `more` says whether the
    file has others.
    """

    key = "import"

    def __init__(self, problems: tuple[Problem, ...], *, more: bool = False) -> None:
        lines = [str(problem) for problem in problems]
        if more:
            lines.append(
                f"{problems[0].file}: there are more problems than these {len(problems)}. "
                "Mend: mend these first, then read the file again."
            )
        super().__init__("\n".join(lines))
        self.problems = problems
        self.more = more


@dataclass(frozen=True)
class FileFormat(Generic[T]):
    """A kind of file.

    Attributes:
        name: the value of its field `format`, such as midline-bundle/1.
        what: what such a file is called in errors, such as "a bundle".
        model: the pydantic model of the whole file.
        schema: returns its JSON Schema, whose descriptions explain a missing field.
        cross_check: finds what is wrong between fields, given plain blocks and lists.
        refused: the error to raise.
        find_warnings: finds texts in a valid file that a person should look at: their place, the
            text, and what it does.
        warning_mend: what to do about a warning.
    """

    name: str
    what: str
    model: type[T]
    schema: Callable[[], dict[str, Any]]
    cross_check: Callable[[Any], Iterable[tuple[Loc, str, str]]]
    refused: type[FileRefusedError] = FileRefusedError
    find_warnings: Callable[[Any], Iterable[tuple[Loc, str, str]]] = lambda _: ()
    warning_mend: str = ""

    def read(self, path: Path) -> tuple[T, tuple[Problem, ...]]:
        """Read a `.yaml`, `.yml` or `.json` file; returns its value and warnings about it.

        Raises:
            FileRefusedError: the file cannot be read, or what it says breaks a rule.
        """
        file = path.name
        if path.suffix.lower() not in _SUFFIXES:
            raise self._refuse(
                file, None, "this is neither YAML nor JSON", "name it .yaml or .json"
            )
        try:
            # A pipe or a device would be waited for, perhaps for ever.
            if not path.is_file() and path.exists():
                raise self._refuse(file, None, "this is no regular file", "name a file")
            with path.open("rb") as opened:
                raw = opened.read(MAX_BYTES + 1)
        except OSError as error:
            reason = f"the file cannot be opened: {error.strerror}"
            raise self._refuse(file, None, reason, "check its path and rights") from None
        if len(raw) > MAX_BYTES:
            # It is refused as too large; cutting it may have split a character.
            return self.parse(raw.decode("utf-8", "replace"), file)
        try:
            return self.parse(raw.decode("utf-8"), file)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            mend = "save it again as UTF-8"
            raise self._refuse(file, line, "the file is not UTF-8", mend) from None

    def parse(self, text: str, file: str) -> tuple[T, tuple[Problem, ...]]:
        """Read the text of a file; `file` is its name, of which `.json` asks for JSON.

        Raises:
            FileRefusedError: with every problem that can be found at once, in the order of lines.
        """
        begin = f"begin with: format: {self.name}"
        try:
            document = parse_document(text, is_json=file.lower().endswith(".json"), begin=begin)
        except UnreadableFileError as error:
            raise self._refuse(file, error.line, error.reason, error.mend) from None
        if not isinstance(document.value, dict):
            raise self._refuse(file, document.line(()), f"{self.what} is a block of fields", begin)
        if document.value.get("format", self.name) != self.name:
            # Errors for every field of another format would only hide the reason.
            line = document.line(("format",))
            reason = f"{quote(document.value['format'])} is not the format of {self.what}"
            mend = f"write format: {self.name}"
            raise self.refused((Problem(file, line, "format", reason, mend),))
        value, problems = self._validate(document, file)
        if value is None or problems:
            ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0)
            more = len(ordered) > MOST_PROBLEMS
            raise self.refused(tuple(ordered[:MOST_PROBLEMS]), more=more)
        return value, tuple(self._warnings(document, text.splitlines(), file))

    def _warnings(self, document: Document, source: list[str], file: str) -> Iterator[Problem]:
        for loc, text, does in self.find_warnings(document.value):
            start = document.line(loc) or 1
            # The value starts there; the text may be on a later line of it.
            rest = enumerate(source[start - 1 :], start)
            line = next((at for at, source_line in rest if text in source_line), start)
            yield Problem(file, line, _field(loc), f"{quote(text)} {does}", self.warning_mend)

    def _validate(self, document: Document, file: str) -> tuple[T | None, list[Problem]]:
        """Validate a document; returns its value, None if it has none, and its first problems."""
        for loc in _overfull_blocks(document.value):
            reason, mend = "no block has so many fields", "keep those that the format has"
            return None, [Problem(file, document.line(loc), _field(loc), reason, mend)]
        most = MOST_PROBLEMS + 1
        problems = [
            Problem(file, line, _field(loc), "this key is given twice", "keep one of the two")
            for loc, line in document.twice[:most]
        ]
        value: T | None = None
        for part, offsets in (*_windows(document.value), (document.value, {})):
            try:
                value = self.model.model_validate(part)
            except ValidationError as refused:
                value = None
                # What is wrong between two lists is not seen, or seen wrongly, in a part of them.
                errors = (
                    error
                    for error in refused.errors(include_url=False)
                    if not offsets or error["type"] != "refusal"
                )
                first = [(error, _place(error["loc"], offsets)) for error in islice(errors, most)]
                for error, loc in first:
                    reason, mend = describe_error(error, loc, self.schema())
                    problems.append(Problem(file, document.line(loc), _field(loc), reason, mend))
                if first:
                    break
        # The plain document is checked, so that these are found although some part is refused.
        problems += [
            Problem(file, document.line(loc), _field(loc), reason, mend)
            for loc, reason, mend in islice(self.cross_check(document.value), most)
        ]
        return value, problems

    def _refuse(self, file: str, line: int | None, reason: str, mend: str) -> FileRefusedError:
        return self.refused((Problem(file, line, "", reason, mend),))


Offsets = dict[Loc, int]
"""Path of a list that was cut -> how many of its entries stand before the cut."""


def _place(raw: Loc, offsets: Offsets) -> Loc:
    """Where an error of a window is in the whole document, without pydantic's own marks."""
    loc: Loc = ()
    for step in raw:
        if step != "[key]":
            loc = (*loc, step + offsets.get(loc, 0)) if isinstance(step, int) else (*loc, step)
    return loc


def _overfull_blocks(value: Any, loc: Loc = ()) -> Iterator[Loc]:
    """The places of blocks with more keys than any of ours has."""
    if isinstance(value, dict):
        if len(value) > MOST_KEYS:
            yield loc
            return
        for key, inner in value.items():
            yield from _overfull_blocks(inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _overfull_blocks(inner, (*loc, index))


def _longest(value: Any) -> int:
    """The length of the longest list anywhere in a value."""
    if isinstance(value, dict):
        return max(map(_longest, value.values()), default=0)
    if isinstance(value, list):
        return max(len(value), max(map(_longest, value), default=0))
    return 0


def _windows(value: Any) -> Iterator[tuple[Any, Offsets]]:
    """The document with its long lists cut to one window after the other, if it has any."""
    longest = _longest(value)
    if longest <= WINDOW:
        return
    for begin in range(0, longest, WINDOW):
        offsets: Offsets = {}
        yield _cut(value, (), begin, offsets), offsets


def _cut(value: Any, loc: Loc, begin: int, offsets: Offsets) -> Any:
    if isinstance(value, dict):
        return {key: _cut(inner, (*loc, key), begin, offsets) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) > WINDOW:
        # A list that ends before this window keeps its last one: it may not be empty.
        start = min(begin, (len(value) - 1) // WINDOW * WINDOW)
        offsets[loc] = start
        value = value[start : start + WINDOW]
        return [_cut(inner, (*loc, start + i), begin, offsets) for i, inner in enumerate(value)]
    return [_cut(inner, (*loc, i), begin, offsets) for i, inner in enumerate(value)]


def _field(loc: Loc) -> str:
    """Write a place as a path: licences[2].price.limits."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{safe_excerpt(step)}" for step in loc)
    return "".join(steps).removeprefix(".")
