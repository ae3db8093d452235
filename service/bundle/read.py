"""A bundle file into a `Bundle`, or every reason why not, each with its line and its mend."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from service.bundle.checks import clean, shown
from service.bundle.document import MAX_BYTES, Document, Loc, Unreadable, load
from service.bundle.schema import FORMAT, Bundle
from service.bundle.sentences import sentences
from service.bundle.together import problems_together
from service.errors import MidlineError

_SUFFIXES = {".yaml", ".yml", ".json"}


@dataclass(frozen=True)
class Problem:
    """One reason why a bundle is refused.

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


class BundleRefused(MidlineError):  # noqa: N818 - the name is part of the fixed interface
    """A bundle is refused whole; `problems` are all of them, in the order of their lines."""

    key = "import"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_bundle(path: Path) -> Bundle:
    """Read the bundle in a `.yaml`, `.yml` or `.json` file.

    Raises:
        BundleRefused: the file cannot be read, or what it says breaks a rule.
    """
    file = path.name
    if path.suffix.lower() not in _SUFFIXES:
        raise _refused(file, None, "this is neither YAML nor JSON", "name it .yaml or .json")
    try:
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(
            file, None, f"the file cannot be opened: {error.strerror}", "check its path and rights"
        ) from None
    if len(raw) > MAX_BYTES:
        # Too large whatever the cut-off rest says; cutting may have split a character.
        return parse_bundle(raw.decode("utf-8", "replace"), file)
    try:
        return parse_bundle(raw.decode("utf-8"), file)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(file, line, "the file is not UTF-8", "save it again as UTF-8") from None


def parse_bundle(text: str, file: str) -> Bundle:
    """Read a bundle from its text; `file` names it in refusals, and `.json` asks for JSON.

    Raises:
        BundleRefused: with every problem that can be told at once, in the order of lines.
    """
    try:
        document = load(text, is_json=file.lower().endswith(".json"))
    except Unreadable as error:
        raise _refused(file, error.line, error.reason, error.mend) from None
    if not isinstance(document.value, dict):
        raise _refused(
            file,
            document.line(()),
            "a bundle is a block of fields",
            f"begin with: format: {FORMAT}",
        )
    if document.value.get("format", FORMAT) != FORMAT:
        # Another format would be refused field by field, which would only bury the reason.
        where: Loc = ("format",)
        reason = f"{shown(document.value['format'])} is not the format of a bundle"
        raise BundleRefused(
            (Problem(file, document.line(where), "format", reason, f"write format: {FORMAT}"),)
        )
    problems = [
        Problem(file, line, _field(loc), "this key is given twice", "keep one of the two")
        for loc, line in document.twice
    ]
    bundle: Bundle | None = None
    try:
        bundle = Bundle.model_validate(document.value)
    except ValidationError as refused:
        found = refused.errors(include_url=False)
        problems += [_problem(document, file, one) for one in found]
        # Said here too, for pydantic looks at the whole only once its parts are right.
        problems += [
            Problem(file, document.line(loc), _field(loc), reason, mend)
            for loc, reason, mend in problems_together(document.value)
        ]
    if bundle is None or problems:
        ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0)
        raise BundleRefused(tuple(ordered))
    return bundle


def _problem(document: Document, file: str, error: Any) -> Problem:
    """One finding of pydantic, with its line and in plain words."""
    loc: Loc = tuple(step for step in error["loc"] if step != "[key]")
    reason, mend = sentences(error, loc)
    return Problem(file, document.line(loc), _field(loc), reason, mend)


def _refused(file: str, line: int | None, reason: str, mend: str) -> BundleRefused:
    return BundleRefused((Problem(file, line, "", reason, mend),))


def _field(loc: Loc) -> str:
    """Write a place as people do: licences[2].price.limits."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{clean(step)}" for step in loc)
    return "".join(steps).removeprefix(".")
