"""CONTRIBUTING is true of the repository: its tree, its paths, its glossary."""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
PAGE = HERE / "CONTRIBUTING.md"
ROOMS = ("bot", "dialogs", "knowledge", "locales", "playground", "service", "web")


def page() -> str:
    return PAGE.read_text("utf-8")


def section(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", page(), re.DOTALL)
    assert found, f"CONTRIBUTING has no section {name}"
    return found[1]


def docstring(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()[0]


def packages() -> dict[str, str]:
    """Every package of the rooms, by its path, with the first line of its docstring."""
    found = {}
    for room in ROOMS:
        for path in sorted((HERE / room).rglob("__init__.py")):
            name = path.parent.relative_to(HERE).as_posix()
            if "migrations" not in name:
                found[name] = docstring(path)
    return found


def tree() -> dict[str, str]:
    """The packages of the page's tree, by their path, with what it says of each."""
    found: dict[str, str] = {}
    stack: list[str] = []
    for line in section("tree").strip("`\n").splitlines():
        if match := re.match(r"( *)(\w+)/ +(.+)", line):
            depth = len(match[1]) // 2
            stack[depth:] = [match[2]]
            found["/".join(stack)] = match[3]
    return found


def test_the_tree_of_contributing_is_the_tree_on_disk():
    assert tree() == packages()


def test_the_tree_is_in_the_order_of_the_rooms():
    assert [name for name in tree() if "/" not in name] == list(ROOMS)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:[a-z_]+/)+[\w./-]*)`", page()))))
def test_every_path_of_contributing_exists(path):
    assert (HERE / path).exists()


def test_every_word_of_the_glossary_is_used_by_the_code():
    words = re.findall(r"^\| ([^|]+?) \|", section("glossary"), re.MULTILINE)[2:]
    assert len(words) > 25
    code = "\n".join(
        path.read_text("utf-8").lower().replace("_", " ")
        for room in ROOMS
        for path in (HERE / room).rglob("*.py")
    )
    assert not [word for word in words if word.lower() not in code]


def test_no_reference_leads_to_a_document_that_is_not_here():
    outside = re.compile(
        r"\b[Mm]ission [A-Z]\d|\bblueprint\b"
        r"|\b(?:DESIGN|LAYOUT|delivery|knowledge|reliability)\.md"
    )
    found = [
        f"{path.relative_to(HERE)}: {hit[0]}"
        for room in (*ROOMS, "tests", "benchmarks", "docs")
        for path in (HERE / room).rglob("*.*")
        if path.suffix in {".py", ".md"}
        if path != Path(__file__) and (hit := outside.search(path.read_text("utf-8")))
    ]
    assert not found
