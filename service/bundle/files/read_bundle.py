"""A bundle file into a `Bundle`, or every reason why not, each with its line and its mend."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from service.bundle.files.format import FileRefusedError, Format, Problem
from service.bundle.files.injection_warnings import MEND, instructions
from service.bundle.schema.bundle import FORMAT, Bundle, json_schema
from service.bundle.schema.cross_checks import problems_together

__all__ = ["BundleRefused", "Problem", "parse_bundle", "read_bundle", "read_with_doubts"]


class BundleRefused(FileRefusedError):  # noqa: N818 - the name is part of the fixed interface
    """A bundle is refused whole; `problems` are all of them, in the order of their lines."""


@cache
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json_schema())
    return loaded


BUNDLE = Format(
    FORMAT, "a bundle", Bundle, _schema, problems_together, BundleRefused, instructions, MEND
)


def read_bundle(path: Path) -> Bundle:
    """Read the bundle in a `.yaml`, `.yml` or `.json` file.

    Raises:
        BundleRefused: the file cannot be read, or what it says breaks a rule.
    """
    return BUNDLE.read(path)[0]


def read_with_doubts(path: Path) -> tuple[Bundle, tuple[Problem, ...]]:
    """Read as `read_bundle` does, and tell which lines speak to an AI model.

    Raises:
        BundleRefused: as `read_bundle`.
    """
    return BUNDLE.read(path)


def parse_bundle(text: str, file: str) -> Bundle:
    """Read a bundle from its text; `file` names it in refusals, and `.json` asks for JSON.

    Raises:
        BundleRefused: with every problem that can be told at once, in the order of lines.
    """
    return BUNDLE.parse(text, file)[0]
