"""Patterns over text from outside do not blow up on the text that is worst for them.

An import took minutes over a ruler of 2,000 equals signs: a pattern with three open repetitions.
"""

import importlib
import pkgutil
import re
import string

import pytest

import bot
import knowledge
import locales
import service
import web

LENGTH = 4000
PIECES = [
    *string.punctuation,
    " ",
    "\n",
    "a",
    "A",
    "1",
    "é",
    "\u0627",
    "字",
    "a ",
    "1.",
    "= ",
    "[a",
]


def modules():
    for room in (bot, knowledge, locales, service, web):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if "migrations" not in found.name and not found.name.endswith(
                (".__main__", "build_hook")
            ):
                yield importlib.import_module(found.name)


def compiled(value, depth=2):
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, set, frozenset)) and depth:
        for each in value:
            yield from compiled(each, depth - 1)


def patterns():
    """Every compiled pattern that a module of ours holds, once."""
    return {
        pattern.pattern: pattern
        for module in modules()
        for value in list(vars(module).values())
        for pattern in compiled(value)
        if isinstance(pattern.pattern, str)
    }


def test_patterns_are_found():
    assert len(patterns()) > 40


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", patterns().values(), ids=range(len(patterns())))
def test_a_pattern_ends_on_a_long_run_of_any_sign(pattern):
    for piece in PIECES:
        run = (piece * LENGTH)[:LENGTH]
        for text in (run, f"{run}\x00", f"a{run}\x00a", f"{run}x"):
            pattern.search(text)
            pattern.fullmatch(text)
