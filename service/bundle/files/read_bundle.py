"""Reading a bundle file: a `Bundle`, or all its problems, each with its line and mend."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from service.bundle.files.format import FileFormat, FileRefusedError, Problem
from service.bundle.files.injection_warnings import INJECTION_MEND, find_bundle_injections
from service.bundle.schema.bundle import FORMAT, Bundle, json_schema
from service.bundle.schema.cross_checks import cross_check

__all__ = ["BundleRefusedError", "Problem", "parse_bundle", "read_bundle", "read_with_warnings"]


class BundleRefusedError(FileRefusedError):
    """A bundle is refused as a whole; `problems` lists all of them in the order of their lines."""


@cache
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json_schema())
    return loaded


BUNDLE = FileFormat(
    name=FORMAT,
    what="a bundle",
    model=Bundle,
    schema=_schema,
    cross_check=cross_check,
    refused=BundleRefusedError,
    find_warnings=find_bundle_injections,
    warning_mend=INJECTION_MEND,
)


def read_bundle(path: Path) -> Bundle:
    """Read the bundle in a `.yaml`, `.yml` or `.json` file.

    Raises:
        BundleRefusedError: the file cannot be read, or what it says breaks a rule.
    """
    return BUNDLE.read(path)[0]


def read_with_warnings(path: Path) -> tuple[Bundle, tuple[Problem, ...]]:
    """Read a bundle as `read_bundle` does, with warnings about lines that address an AI model.

    Raises:
        BundleRefusedError: as `read_bundle`.
    """
    return BUNDLE.read(path)


def parse_bundle(text: str, file: str) -> Bundle:
    """Read a bundle from its text; `file` is the name for errors, of which `.json` asks for JSON.

    Raises:
        BundleRefusedError: with every problem that can be found at once, in the order of lines.
    """
    return BUNDLE.parse(text, file)[0]
