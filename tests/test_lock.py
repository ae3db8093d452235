"""`requirements*.txt` pin everything that would ever be installed, so that pip needs no resolver.

pip runs with `--no-deps`: what the lock leaves out is simply missing, and what an index has newest
never matters. The old resolver of pip 23.2 took a requirement with an extra (`coverage[toml]`) for
one that the lock did not pin, and looked on the index for it.
"""

import re
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.txt": ("build",),
    "requirements-dev.txt": ("build", "dev"),
}
PYTHONS = ("3.11", "3.12", "3.13")


@cache
def pins(name):
    """The requirements that a lock file pins, by distribution; one for each marker."""
    text = (HERE / name).read_text("utf-8").replace("\\\n", " ")
    found: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        pin = line.split("#")[0].split(" --hash=")[0].strip()
        if pin:
            requirement = Requirement(pin)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def on(python):
    return {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.7",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
    }


def applies(requirement, environment, extra=""):
    marker = requirement.marker
    return marker is None or marker.evaluate({**environment, "extra": extra})


def pinned_version(name, lock, environment):
    found = [pin for pin in pins(lock).get(name, ()) if applies(pin, environment)]
    assert len(found) <= 1, f"{lock} pins {name} more than once: {found}"
    return str(found[0].specifier).removeprefix("==") if found else None


def own_requirements(extras):
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def missing(lock, extras, python):
    """What the lock lacks: every requirement of every pinned distribution, with its extras."""
    environment = on(python)
    lacking = set()
    waiting = [("midline", requirement) for requirement in own_requirements(extras)]
    seen = set()
    while waiting:
        parent, requirement = waiting.pop()
        if not applies(requirement, environment):
            continue
        name = canonicalize_name(requirement.name)
        version = pinned_version(name, lock, environment)
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            lacking.add(f"{parent} needs {requirement}, {lock} pins {version}")
            continue
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                needs = metadata.requires(name) or []
            except metadata.PackageNotFoundError:
                continue  # pinned for another Python than the one that runs this test
            for need in map(Requirement, needs):
                if applies(need, environment, extra):
                    need.marker = None
                    waiting.append((name, need))
    return lacking


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_requirement_of_every_distribution_that_it_pins(lock, python):
    assert not missing(lock, LOCKS[lock], python)


def test_a_lock_that_lacks_one_distribution_is_found():
    """The test above can fail: without the pin of coverage the lock is incomplete."""
    kept = pins("requirements-dev.txt").pop("coverage")
    try:
        found = missing("requirements-dev.txt", ("dev",), "3.11")
        assert any("coverage" in line for line in found)
    finally:
        pins("requirements-dev.txt")["coverage"] = kept


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_an_exact_version_with_hashes(lock):
    text = (HERE / lock).read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            assert re.match(r"[a-z0-9._-]+==\S+( ; .+?)? +--hash=sha256:", line), line


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index(lock):
    text = (HERE / lock).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^--?(i|f|index|extra|find)", text, re.MULTILINE)


def install_lines():
    """Every line in the Makefile, the image and the handbook that installs from a lock."""
    for name in ("Makefile", "deploy/Dockerfile", "deploy/README.md"):
        for line in (HERE / name).read_text("utf-8").splitlines():
            if "-r " in line and "requirements" in line and not line.startswith("#"):
                yield name, line


def test_whatever_installs_from_a_lock_resolves_nothing():
    found = list(install_lines())
    assert {name for name, _ in found} == {"Makefile", "deploy/Dockerfile", "deploy/README.md"}
    flags = re.search(r"^LOCKED := (.+)$", (HERE / "Makefile").read_text("utf-8"), re.MULTILINE)
    for name, line in found:
        command = line.replace("$(LOCKED)", flags[1])
        assert "--require-hashes" in command, (name, line)
        assert "--no-deps" in command, (name, line)
