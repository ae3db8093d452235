"""``midline notice`` and ``midline staff`` as an operator types them, on a real store."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands.cli import app
from bot.commands.demo import examples
from bot.open_store import open_store
from bot.settings import Settings
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import parse_bundle
from service.journal import cases as journal
from service.journal.values import Cause, Proof
from service.notices.audience import next_people
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion
from service.notices.delivery_values import Batch, Settled
from service.notices.values import Outcome
from service.people import cases as people
from service.people import store as people_store

NOTICE = """format: midline-notice/1
kind: general
audience: {everyone: true}
text:
  en: {title: Open evening, body: Come at 18:00.}
  es: {title: Tarde abierta, body: Ven a las 18:00.}
answers:
  - {id: coming, label: {en: I will come}}
"""


class Operator:
    """Somebody at a terminal, with a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings()

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, done.output
        return done.output

    def json(self, *words: str):
        return json.loads(self.run(*words, "--json"))

    def file(self, text: str = NOTICE, name: str = "notice.yaml") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def with_store(self, work):
        async def carried():
            async with open_store(self.settings) as deps:
                return await work(deps)

        return asyncio.run(carried())

    def bundle(self, old: str = "format", new: str = "format") -> None:
        text = examples()[0].read_text(encoding="utf-8").replace(old, new, 1)
        self.with_store(lambda deps: import_bundle(deps, parse_bundle(text, "nurses.yaml")))

    def join(self, ref: str, spoken: str = "en") -> None:
        async def work(deps):
            async with deps.db.write() as conn:
                member = await people_store.add_member(conn, deps.clock.now(), spoken=spoken)
            (made,) = await people.make_invites(deps, "nurses", ref=ref)
            view = await people.look_at_invite(deps, member.id, made.token)
            proof = Proof(nonce=view.nonce, about="invite", subject=view.invite_id, digest="")
            await journal.record_text(deps, member.id, proof, locale="en", text_hash="0" * 64)
            await journal.confirm_text(deps, view.nonce, 1)
            await people.join(deps, member.id, view.nonce, Cause(f"test {ref}", "test"))

        self.with_store(work)

    def sends(self, notice_id: str) -> None:
        """What the sender does, with a Telegram that takes everything."""

        async def work(deps):
            notice = await delivery.take_over(deps, notice_id)
            turn = await next_people(deps, notice, 0, 100)
            done = tuple(
                Settled(
                    number=one.number,
                    outcome=Outcome.SENT,
                    language=notice.content.language_for(one.locale),
                    message_id=9,
                )
                for one in turn.send
            )
            batch = Batch(settled=done, held=turn.held, floor=turn.upto, intent=turn.upto)
            await delivery.settle(deps, {notice.id: batch}, {notice.id: notice.epoch})
            await completion.finish(deps, notice)

        self.with_store(work)


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Operator:
    """An operator with the nurses' bundle, whose members are never in their night."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIDLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MIDLINE_KEY_FILE", str(tmp_path / "key" / "midline.key"))
    for name in ("MIDLINE_DATABASE_URL", "MIDLINE_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    found = Operator(tmp_path)
    found.bundle('"21:00-08:00"', '"00:00-00:00"')
    return found


def test_a_notice_is_drafted_counted_approved_sent_and_reported(desk):
    for ref, spoken in (("N-0001", "en"), ("N-0002", "es"), ("N-0003", "hi")):
        desk.join(ref, spoken)
    made = desk.json("notice", "send", "nurses", desk.file(), "--as", "Ada")
    assert made["status"] == "draft"
    assert (made["total"], made["by_language"]) == (3, {"en": 2, "es": 1})
    assert made["in_another_language"] == {"en": 1}
    assert "scheduled, 3 people, approved by Ada" in desk.run(
        "notice", "approve", made["id"], "--as", "Ada"
    )
    before = desk.json("notice", "status", made["id"])
    assert (before["not_reached"], before["sent"]) == (3, 0)
    desk.sends(made["id"])
    report = desk.json("notice", "status", made["id"])
    assert report["status"] == "finished"
    assert report["outcomes"] == {"en": {"sent": 2}, "es": {"sent": 1}}
    assert (report["sent"], report["not_reached"], report["answers"]) == (3, 0, {"coming": 0})
    names = {"in_digest", "blocked", "unreachable", "muted", "left", "changed", "uncertain"}
    names |= {"failed", "waiting_for_morning", "waiting_for_digest", "retry"}
    assert {report[name] for name in names} == {0}
    said = desk.run("notice", "status", made["id"])
    assert "delivered to Telegram" in said
    assert "read" not in said.replace("already", "")
    people_ = [
        json.loads(one) for one in desk.run("notice", "deliveries", made["id"]).split("\n") if one
    ]
    assert [one["outcome"] for one in people_] == ["sent"] * 3
    assert all(one["pseudonym"].startswith("psn_") and one["answer"] is None for one in people_)
    assert "finished, 3 people" in desk.run("notice", "list", "nurses")


def test_a_number_that_changed_is_not_approved_until_it_is_approved_again(desk):
    desk.join("N-0001")
    made = desk.json("notice", "send", "nurses", desk.file())
    desk.join("N-0002")
    said = desk.run("notice", "approve", made["id"], code=1)
    assert "it would reach 2 people now, and 1 were approved" in said
    assert desk.json("notice", "status", made["id"])["status"] == "draft"
    assert "2 people" in desk.run("notice", "approve", made["id"])


def test_send_with_approve_approves_what_was_counted(desk):
    desk.join("N-0001")
    made = desk.json("notice", "send", "nurses", desk.file(), "--approve")
    assert (made["status"], made["total"]) == ("scheduled", 1)


def test_what_reaches_nobody_is_not_approved(desk):
    said = desk.run("notice", "send", "nurses", desk.file(), "--approve", code=1)
    assert "reaches nobody" in said


def test_above_the_limit_a_second_person_has_to_approve(desk):
    desk.join("N-0001")
    desk.bundle("  small_group: 10", "  notices: {second_person_above: 0}\n  small_group: 10")
    made = desk.json("notice", "send", "nurses", desk.file(), "--approve", "--as", "Ada")
    assert made["status"] == "second"
    assert "a second person" in desk.run("notice", "approve", made["id"], "--as", "Ada", code=1)
    said = desk.run("notice", "approve", made["id"], "--as", "Ben")
    assert "approved by Ada, Ben" in said


def test_the_second_person_too_approves_the_number_as_it_is_now(desk):
    desk.join("N-0001")
    desk.bundle("  small_group: 10", "  notices: {second_person_above: 0}\n  small_group: 10")
    made = desk.json("notice", "send", "nurses", desk.file(), "--approve", "--as", "Ada")
    desk.join("N-0002")
    assert "2 people now" in desk.run("notice", "approve", made["id"], "--as", "Ben", code=1)
    assert desk.json("notice", "status", made["id"])["status"] == "second"
    assert "scheduled, 2 people" in desk.run("notice", "approve", made["id"], "--as", "Ben")


def test_a_mid_that_holds_starts_later(desk):
    desk.join("N-0001")
    desk.bundle("  small_group: 10", "  notices: {hold_minutes: 90}\n  small_group: 10")
    made = desk.json("notice", "send", "nurses", desk.file(), "--approve")
    report = desk.json("notice", "status", made["id"])
    due = datetime.fromisoformat(report["due_at"])
    assert due - datetime.fromisoformat(report["created_at"]) >= timedelta(minutes=89)
    assert report["started_at"] is None


def test_a_notice_is_stopped_and_corrected(desk):
    desk.join("N-0001")
    made = desk.json("notice", "send", "nurses", desk.file(), "--approve")
    new = desk.file(NOTICE.replace("Come at 18:00", "Come at 19:00"), "new.yaml")
    desk.run("notice", "correct", made["id"], new)
    assert desk.json("notice", "status", made["id"])["revision"] == 2
    less = desk.file(NOTICE.replace("  es: {title: Tarde abierta, body: Ven a las 18:00.}\n", ""))
    assert "no text in es" in desk.run("notice", "correct", made["id"], less, code=1)
    assert "stopped" in desk.run("notice", "stop", made["id"])
    assert "stopped" in desk.run("notice", "resume", made["id"])
    assert "cannot be approved" in desk.run("notice", "approve", made["id"], code=1)
    assert "stopped" in desk.run("notice", "status", made["id"], "--watch")


def test_watching_rewrites_one_line_until_it_is_over(desk):
    desk.join("N-0001")
    made = desk.json("notice", "send", "nurses", desk.file(), "--approve")
    watcher = subprocess.Popen(
        [sys.executable, "-m", "bot", "notice", "status", made["id"], "--watch"],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert watcher.stdout is not None
    assert b"\r" in watcher.stdout.read(1)
    desk.sends(made["id"])
    out, _ = watcher.communicate(timeout=60)
    assert watcher.returncode == 0
    line = out.decode().split("\n")[0]
    assert line.split("\r")[-1].rstrip() == "finished, 1 person, delivered to Telegram: 1"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("notice", "send", "nobody", "{file}"), 1, "no MID 'nobody'"),
        (("notice", "send", "nurses", "missing.yaml"), 1, "cannot be opened"),
        (("notice", "send", "nurses", "{bad}"), 1, "Mend: write one of"),
        (("notice", "send", "nurses", "{lost}"), 1, "no licence 'lost'"),
        (("notice", "send", "nurses", "{ref}"), 1, "no member 'N-9999'"),
        (("notice", "approve", "ntc_nothing"), 1, "no notice 'ntc_nothing'"),
        (("notice", "deliveries", "ntc_nothing"), 1, "no notice"),
        (("notice", "list", "nobody"), 1, "no MID"),
        (("notice", "send", "nurses"), 2, "Missing argument"),
        (("notice", "approve", "x", "--as", "y" * 31), 2, "at most 30"),
        (("staff", "add", "nobody", "--name", "Ada"), 1, "no MID"),
        (("staff", "add", "nurses"), 2, "--name"),
        (("staff", "remove", "stf_nobody"), 1, "no staff"),
    ],
)
def test_a_wrong_command_ends_with_its_reason(desk, words, code, says):
    audience = "{everyone: true}"
    files = {
        "file": desk.file(),
        "bad": desk.file(NOTICE.replace("general", "party"), "bad.yaml"),
        "lost": desk.file(NOTICE.replace(audience, "{licences: [lost]}"), "lost.yaml"),
        "ref": desk.file(NOTICE.replace(audience, "{refs: [N-9999]}"), "ref.yaml"),
    }
    assert says in desk.run(*(one.format(**files) for one in words), code=code)


def test_a_draft_that_was_never_counted_is_counted_first(desk):
    from service.notices.authoring import cases as authoring
    from service.notices.values import Audience, Content, NoticeKind, NoticeText

    desk.join("N-0001")
    content = Content(
        kind=NoticeKind.GENERAL,
        audience=Audience(everyone=True),
        text={"en": NoticeText(title="t", body="b")},
    )
    made = desk.with_store(lambda deps: authoring.draft(deps, "nurses", content, "Ada"))
    assert "Nothing was sent yet." in desk.run("notice", "approve", made.id, code=1)
    assert "scheduled, 1 person" in desk.run("notice", "approve", made.id)


def test_staff_are_added_listed_and_removed(desk):
    assert "no staff yet" in desk.run("staff", "list", "nurses")
    made = desk.json("staff", "add", "nurses", "--name", "Ada")
    assert made["token"].startswith("staff_")
    assert made["link"] is None
    assert desk.json("staff", "list", "nurses")[0]["link_opened"] is False
    assert "already" in desk.run("staff", "add", "nurses", "--name", "Ada", code=1)
    desk.run("staff", "remove", made["id"])
    assert desk.json("staff", "list", "nurses") == []


def test_the_commands_that_only_write_need_no_telegram_client():
    modules = "bot.commands.notice, bot.open_store, bot.commands.notice_report"
    script = f"import sys, {modules}; assert 'aiogram' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])
