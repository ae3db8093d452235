"""``midline mids``, ``members``, ``--version``, ``import --dry-run``: what one asks first."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands.cli import app

EXAMPLES = Path(__file__).parents[3] / "examples"
NURSES, TRANSLATORS = EXAMPLES / "nurses.yaml", EXAMPLES / "translators.yaml"


@pytest.fixture
def midline(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIDLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MIDLINE_KEY_FILE", str(tmp_path / "midline.key"))
    monkeypatch.delenv("MIDLINE_DATABASE_URL", raising=False)

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def test_version_is_that_of_the_package(midline):
    done = midline("--version")
    assert done.exit_code == 0
    assert done.output.startswith("midline 0.")


def test_mids_of_an_empty_store_says_how_to_bring_one_in(midline):
    assert "midline import" in midline("mids").output


def test_mids_lists_each_mid_with_its_roster(midline):
    assert midline("import", NURSES, TRANSLATORS).exit_code == 0
    mids = json.loads(midline("mids", "--json").output)
    assert [mid["mid"] for mid in mids] == ["nurses", "translators"]
    assert all(mid["on_roster"] > 0 and mid["joined"] == 0 for mid in mids)
    assert "0 of" in midline("mids").output


def test_members_tells_who_was_invited_and_names_nobody_of_another_mid(midline):
    midline("import", NURSES, TRANSLATORS)
    assert midline("invite", "nurses", "--ref", "N-0002").exit_code == 0
    members = json.loads(midline("members", "nurses", "--json").output)
    states = {member["ref"]: member["state"] for member in members}
    assert states["N-0002"] == "invited"
    assert states["N-0001"] == "not invited"
    assert all(ref.startswith("N-") for ref in states)
    only = json.loads(midline("members", "nurses", "--state", "invited", "--json").output)
    assert [member["ref"] for member in only] == ["N-0002"]


def test_members_of_an_unknown_mid_is_refused_with_the_mend(midline):
    done = midline("members", "nobody")
    assert done.exit_code == 1
    assert "import its bundle first" in done.output


def test_a_dry_run_says_what_would_change_and_stores_nothing(midline):
    done = midline("import", "--dry-run", NURSES)
    assert "licence lifting-robot: new" in done.output
    assert "Nothing was stored" in done.output
    assert json.loads(midline("mids", "--json").output) == []
    real = midline("import", NURSES)
    assert "licence lifting-robot: new" in real.output


def test_many_members_are_summed_up_in_one_line(midline, tmp_path):
    text = NURSES.read_text("utf-8")
    rows = "".join(
        f"  - {{ref: X-{i}, language: es, standing: verified, eligible: []}}\n" for i in range(500)
    )
    many = tmp_path / "many.yaml"
    many.write_text(text.replace("members:\n", f"members:\n{rows}"), "utf-8")
    done = midline("import", many)
    assert done.exit_code == 0
    assert "members: 5" in done.output
    assert len(done.output.splitlines()) < 40
