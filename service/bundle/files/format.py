"""A file of one of our formats into its value, or every reason why not, with line and mend."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from service.bundle.files.error_messages import sentences
from service.bundle.files.yaml_lines import MAX_BYTES, Document, Loc, Unreadable, load
from service.bundle.schema.checks import clean, shown
from service.errors import MidlineError

_SUFFIXES = {".yaml", ".yml", ".json"}

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One reason why a file is refused.

    Attributes:
        file: name of the file.
        line: line it is on, from 1; None when it concerns the file as a whole.
        field: path such as `licences[2].price.limits`; empty when it concerns the whole.
        reason: what is wrong.
        mend: what to write instead.
    """

    file: str
    line: int | None
    field: str
    reason: str
    mend: str

    def __str__(self) -> str:
        """Write it as one line: nurses.yaml:97: licences[2].price.limits: ... Mend: ..."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        field = f"{self.field}: " if self.field else ""
        return f"{where}: {field}{self.reason}. Mend: {self.mend}."


class FileRefusedError(MidlineError):
    """A file is refused whole; `problems` are all of them, in the order of their lines."""

    key = "import"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Format(Generic[T]):
    """One kind of file.

    Attributes:
        name: what stands in its field `format`, such as midline-bundle/1.
        what: what such a file is, such as "a bundle".
        model: the model of the whole.
        schema: gives its JSON Schema, in whose words a missing field is explained.
        together: finds what is wrong between the fields of raw blocks and lists.
        refused: the error that carries the problems.
        doubts: finds lines that are not refused and that a person should look at, with their place
            and what they do, in a value that is taken; `mend` is what to do about them.
    """

    name: str
    what: str
    model: type[T]
    schema: Callable[[], dict[str, Any]]
    together: Callable[[Any], Iterable[tuple[Loc, str, str]]]
    refused: type[FileRefusedError] = FileRefusedError
    doubts: Callable[[Any], Iterable[tuple[Loc, str, str]]] = lambda _: ()
    mend: str = ""

    def read(self, path: Path) -> tuple[T, tuple[Problem, ...]]:
        """Read a `.yaml`, `.yml` or `.json` file; its doubts come along.

        Raises:
            FileRefusedError: the file cannot be read, or what it says breaks a rule.
        """
        file = path.name
        if path.suffix.lower() not in _SUFFIXES:
            raise self._one(file, None, "this is neither YAML nor JSON", "name it .yaml or .json")
        try:
            with path.open("rb") as opened:
                raw = opened.read(MAX_BYTES + 1)
        except OSError as error:
            reason = f"the file cannot be opened: {error.strerror}"
            raise self._one(file, None, reason, "check its path and rights") from None
        if len(raw) > MAX_BYTES:
            # Too large whatever the cut-off rest says; cutting may have split a character.
            return self.parse(raw.decode("utf-8", "replace"), file)
        try:
            return self.parse(raw.decode("utf-8"), file)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            mend = "save it again as UTF-8"
            raise self._one(file, line, "the file is not UTF-8", mend) from None

    def parse(self, text: str, file: str) -> tuple[T, tuple[Problem, ...]]:
        """Read a text as a file is read; `file` names it, and `.json` asks for JSON.

        Raises:
            FileRefusedError: with every problem that can be told at once, in the order of lines.
        """
        begin = f"begin with: format: {self.name}"
        try:
            document = load(text, is_json=file.lower().endswith(".json"), begin=begin)
        except Unreadable as error:
            raise self._one(file, error.line, error.reason, error.mend) from None
        if not isinstance(document.value, dict):
            raise self._one(file, document.line(()), f"{self.what} is a block of fields", begin)
        if document.value.get("format", self.name) != self.name:
            # Another format would be refused field by field, which would only bury the reason.
            line = document.line(("format",))
            reason = f"{shown(document.value['format'])} is not the format of {self.what}"
            mend = f"write format: {self.name}"
            raise self.refused((Problem(file, line, "format", reason, mend),))
        value, problems = self._judged(document, file)
        if value is None or problems:
            ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0)
            raise self.refused(tuple(ordered))
        return value, tuple(self._doubts(document, text.splitlines(), file))

    def _doubts(self, document: Document, source: list[str], file: str) -> Iterator[Problem]:
        for loc, words, says in self.doubts(document.value):
            began = document.line(loc) or 1
            # The value begins there; the line itself may stand further down.
            rest = enumerate(source[began - 1 :], began)
            line = next((at for at, written in rest if words in written), began)
            yield Problem(file, line, _field(loc), f"{shown(words)} {says}", self.mend)

    def _judged(self, document: Document, file: str) -> tuple[T | None, list[Problem]]:
        """The value, if it is one, and all that is wrong with it."""
        problems = [
            Problem(file, line, _field(loc), "this key is given twice", "keep one of the two")
            for loc, line in document.twice
        ]
        value: T | None = None
        try:
            value = self.model.model_validate(document.value)
        except ValidationError as refused:
            for error in refused.errors(include_url=False):
                loc = tuple(step for step in error["loc"] if step != "[key]")
                reason, mend = sentences(error, loc, self.schema())
                problems.append(Problem(file, document.line(loc), _field(loc), reason, mend))
        # Looked at in the raw, so that it is said although a part is refused for its own sake.
        problems += [
            Problem(file, document.line(loc), _field(loc), reason, mend)
            for loc, reason, mend in self.together(document.value)
        ]
        return value, problems

    def _one(self, file: str, line: int | None, reason: str, mend: str) -> FileRefusedError:
        return self.refused((Problem(file, line, "", reason, mend),))


def _field(loc: Loc) -> str:
    """Write a place as people do: licences[2].price.limits."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{clean(step)}" for step in loc)
    return "".join(steps).removeprefix(".")
