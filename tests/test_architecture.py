"""The house stands as planned: arrows run one way, rooms stay small, nothing is hard-wired."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "dialogs", "knowledge", "locales", "playground", "service", "web", "benchmarks")
LONGEST_MODULE = 400
LONGEST_HANDLER = 15
LONGEST_EXCEPTION = 450

# Modules with one job that takes more room, each with the reason. Split one: take it out here.
LONG = {
    "dialogs/book/samples.py": "data: the sample term sheets",
}
# SQL outside a topic's store: the ground that stores stand on, and locks that belong to no table.
SQL_TOO = ("service/db/", "bot/updates/lanes.py")
SQL = {"select", "insert", "update", "delete", "text", "exists", "func", "union_all"}


@cache
def modules():
    """The Python files of the rooms with their trees, by path; migrations are not read as code."""
    found = {}
    for room in ROOMS:
        for path in sorted((HERE / room).rglob("*.py")):
            name = path.relative_to(HERE).as_posix()
            if "/migrations/" not in name and "/node_modules/" not in name:
                found[name] = ast.parse(path.read_text("utf-8"))
    return found


def lines_of(name):
    return len((HERE / name).read_text("utf-8").splitlines())


def is_data(name):
    return Path(name).name.startswith("labels_")


def test_the_rooms_are_found():
    assert len(modules()) > 80
    assert {name.split("/")[0] for name in modules()} >= set(ROOMS[:6])


def test_the_arrows_between_the_rooms_run_one_way():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache", "--no-logo"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    contracts = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert f"Contracts: {len(contracts['contracts'])} kept, 0 broken." in done.stdout


def test_every_room_is_under_the_contracts():
    settings = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["importlinter"]
    rooms = {name.split("/")[0] for name in modules()} - {"benchmarks"}
    assert set(settings["root_packages"]) == rooms


def imported(tree):
    """The modules that a tree names in its imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_playground_is_imported_by_the_demo_alone():
    users = {
        name
        for name, tree in modules().items()
        if not name.startswith("playground/")
        and any(one.split(".")[0] == "playground" for one in imported(tree))
    }
    assert {name for name in users if not name.startswith("benchmarks/")} <= {
        "bot/commands/demo.py"
    }


def test_a_model_is_reached_through_one_module():
    users = [
        n for n, t in modules().items() if any(o.split(".")[0] == "openai" for o in imported(t))
    ]
    assert set(users) <= {"knowledge/llm/client.py"}


def test_screens_await_nothing_and_know_no_bot():
    for name, tree in modules().items():
        if name.startswith("dialogs/"):
            waits = [n for n in ast.walk(tree) if isinstance(n, (ast.AsyncFunctionDef, ast.Await))]
            assert not waits, name
            assert "aiogram.types" not in set(imported(tree)), name


# Size and words


def test_every_module_says_what_it_is():
    silent = [
        name
        for name, tree in modules().items()
        if not ast.get_docstring(tree) and (tree.body or not name.endswith("__init__.py"))
    ]
    assert not silent


def test_no_module_outgrows_its_job():
    long = {
        name: size
        for name in modules()
        if (size := lines_of(name)) > LONGEST_MODULE and not is_data(name) and name not in LONG
    }
    assert not long


def test_the_list_of_long_modules_only_shrinks():
    sizes = {name: lines_of(name) for name in LONG if (HERE / name).exists()}
    assert not [name for name in LONG if name not in sizes]
    assert not {name: size for name, size in sizes.items() if size <= LONGEST_MODULE}
    assert not {name: size for name, size in sizes.items() if size > LONGEST_EXCEPTION}
    assert all(LONG.values()), "each has its reason"


@cache
def handlers():
    """The functions of the routers that answer an update: name -> function."""
    return {
        f"{name}:{node.name}": node
        for name, tree in modules().items()
        if name.startswith("bot/chat/routers/")
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef)
    }


def test_handlers_are_short():
    def size(node):
        body = node.body[1:] if ast.get_docstring(node) else node.body
        return body[-1].end_lineno - body[0].lineno + 1

    assert len(handlers()) > 30
    long = {name: size(one) for name, one in handlers().items() if size(one) > LONGEST_HANDLER}
    assert not long


def test_handlers_hold_no_text_of_their_own():
    """What a member reads comes from a screen: no handler makes words."""
    talking = {
        name: call.func.attr
        for name, node in handlers().items()
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"t", "n", "p", "send_message", "reply", "edit_text"}
    }
    assert not talking


# What may be written where


def test_no_task_runs_without_somebody_to_stop_it():
    """Ruff bans `asyncio.create_task`; each `noqa` for it names the supervisor that it is."""
    found = {}
    for name, tree in modules().items():
        for node in ast.walk(tree):
            loose = (
                isinstance(node, ast.Attribute)
                and node.attr in {"create_task", "ensure_future"}
                and isinstance(node.value, ast.Name)
                and node.value.id in {"asyncio", "loop"}
            ) or (
                isinstance(node, ast.ImportFrom)
                and node.module == "asyncio"
                and {"create_task", "ensure_future"} & {one.name for one in node.names}
            )
            if loose:
                found.setdefault(name, node.lineno)
    assert set(found) <= {"playground/task_owner.py"}


def test_sql_stays_in_the_stores():
    found = []
    for name, tree in modules().items():
        if Path(name).name.endswith("store.py") or name.startswith(SQL_TOO):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                found += [(name, one.name) for one in node.names if one.name in SQL]
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                made = re.match(r"(SELECT|INSERT INTO|UPDATE|DELETE FROM|PRAGMA)\s", node.value)
                found += [(name, made[0])] if made else []
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"execute", "scalar", "scalars", "exec_driver_sql"}
            ):
                found.append((name, node.func.attr))
    assert not found


def test_the_clock_is_read_in_one_place():
    found = [
        (name, node.lineno)
        for name, tree in modules().items()
        if name.split("/")[0] in {"service", "dialogs", "knowledge", "locales"}
        and name != "service/clock.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (node.attr in {"utcnow", "today"} or (node.attr == "now" and names(node, "datetime")))
    ]
    assert not found


def names(node, wanted):
    return isinstance(node.value, ast.Name) and node.value.id == wanted


def test_nothing_in_the_service_counts_money_in_floats():
    found = [
        (name, node.lineno)
        for name, tree in modules().items()
        if name.startswith(
            (
                "service/price/",
                "service/statements/",
                "service/standing/",
                "service/licences/values",
            )
        )
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert not found


NAMED = re.compile(
    r"\b(you ?tube|google|facebook|twitter|uber|netflix|jd\.com|taobao|bitcoin)\b", re.IGNORECASE
)
# What people ask about other services, so that it can be told from what they ask about here.
ASKED_ABOUT = {"off_topic.yaml"}
READ = {".py", ".json", ".js", ".html", ".css", ".yaml", ".yml", ".po", ".pot", ".sql", ".md"}


def test_no_real_party_is_built_in():
    """Buyers, collectors and laws are data: no party is named in code."""
    found = [
        (path.relative_to(HERE).as_posix(), hit[0])
        for room in (*ROOMS, "examples")
        for path in (HERE / room).rglob("*")
        if path.suffix in READ and path.is_file() and path.name not in ASKED_ABOUT
        if (hit := NAMED.search(path.read_text("utf-8")))
    ]
    assert not found


@pytest.mark.parametrize(
    "said", ["from Google", "a YouTube film", "JD.com", "Netflix,", "(uber)", "buy bitcoin"]
)
def test_a_built_in_party_would_be_found(said):
    assert NAMED.search(said)
    assert not NAMED.search("tuberculosis, Huber, googled")
