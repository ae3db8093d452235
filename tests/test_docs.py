"""What the README promises is there, and what is there the README tells."""

import re
from functools import cache
from pathlib import Path

import pytest
import typer

from bot.commands.cli import app
from bot.settings import Settings

HERE = Path(__file__).resolve().parents[1]
PREFIX = "MIDLINE_"


@cache
def readme():
    return (HERE / "README.md").read_text("utf-8")


@cache
def commands():
    """The commands of `midline` as a person types them, with their options."""

    def walk(command, before):
        for name, one in getattr(command, "commands", {"": command}).items():
            if hasattr(one, "commands"):
                yield from walk(one, (*before, name))
            else:
                yield " ".join((*before, name)), one

    return dict(walk(typer.main.get_command(app), ("midline",)))


def documented():
    """The command lines of the README, one for each row of its table."""
    return re.findall(r"^\| `(midline [^`]+)`", readme(), re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command):
    assert re.search(rf"{re.escape(command)}(?![a-z-])", readme())


@pytest.mark.parametrize("command", commands())
def test_every_option_of_a_command_is_in_the_readme(command):
    told = " ".join(
        one for one in documented() if re.match(rf"{re.escape(command)}(?![a-z-])", one)
    )
    options = {
        name
        for param in commands()[command].params
        for name in param.opts
        if name.startswith("--") and name != "--help"
    }
    assert not [name for name in sorted(options) if name not in told]


def test_the_readme_tells_of_no_command_that_is_not_there():
    told = re.findall(r"\bmidline ([a-z][a-z-]+)", readme().replace("`", ""))
    known = {name.split()[1] for name in commands()}
    in_code = {one.split()[1] for one in documented()}
    assert in_code <= known
    lines = re.findall(r"^ {4,}midline ([a-z-]+)", readme(), re.MULTILINE)
    assert set(lines) <= known
    assert told


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_in_the_readme(field):
    assert f"`{PREFIX}{field.upper()}`" in readme()


def test_the_readme_tells_of_no_setting_that_is_not_there():
    told = set(re.findall(rf"{PREFIX}([A-Z_]+)", readme()))
    assert told <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_says_what_it_is(field):
    assert Settings.model_fields[field].description


@pytest.mark.parametrize("command", commands())
def test_every_command_says_what_it_does(command):
    assert commands()[command].help


def test_every_make_target_of_the_readme_is_there():
    targets = set(re.findall(r"^([a-z]+):", (HERE / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = " ".join(re.findall(r"(?m)`[^`]+`|^ {4}.+", readme()))
    told = set(re.findall(r"\bmake ([a-z]+)", code))
    assert told
    assert told <= targets


def pages():
    """Every page for readers in the repository."""
    found = [*HERE.glob("*.md"), *(HERE / "docs").rglob("*.md"), *(HERE / "locales").glob("*.md")]
    return sorted(path.relative_to(HERE).as_posix() for path in found)


@pytest.mark.parametrize("page", pages())
def test_every_link_of_a_page_leads_somewhere(page):
    path = HERE / page
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8"))
    local = [link.split("#")[0] for link in links if "://" not in link and link[0] != "#"]
    assert not [link for link in local if not (path.parent / link).exists()]
