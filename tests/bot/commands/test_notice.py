"""``midline notice`` and ``midline staff``, run as an operator types them, on a real store."""

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
from service.notices.audience import read_next_batch
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion
from service.notices.delivery_values import OutcomeBatch, Settled
from service.notices.values import NoticeOutcome
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
    """A person at a terminal, with a store of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings()

    def run(self, *words: str, code: int = 0) -> str:
        settled = CliRunner().invoke(app, list(words))
        assert settled.exit_code == code, settled.output
        return settled.output

    def json(self, *words: str):
        return json.loads(self.run(*words, "--json"))

    def file(self, text: str = NOTICE, name: str = "notice.yaml") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def with_store(self, work):
        async def opened_work():
            async with open_store(self.settings) as deps:
                return await work(deps)

        return asyncio.run(opened_work())

    def bundle(self, old: str = "format", new: str = "format") -> None:
        text = examples()[0].read_text(encoding="utf-8").replace(old, new, 1)
        self.with_store(lambda deps: import_bundle(deps, parse_bundle(text, "nurses.yaml")))

    def join(self, ref: str, spoken: str = "en") -> None:
        async def work(deps):
            async with deps.db.write() as conn:
                member = await people_store.add_member(conn, deps.clock.now(), spoken=spoken)
            (invite,) = await people.make_invites(deps, "nurses", ref=ref)
            view = await people.look_at_invite(deps, member.id, invite.token)
            proof = Proof(nonce=view.nonce, about="invite", subject=view.invite_id, digest="")
            await journal.record_text(deps, member.id, proof, locale="en", text_hash="0" * 64)
            await journal.confirm_text(deps, view.nonce, 1)
            await people.join(deps, member.id, view.nonce, Cause(f"test {ref}", "test"))

        self.with_store(work)

    def send_to_all(self, notice_id: str) -> None:
        """Deliver a notice as the sender does when Telegram takes every message."""

        async def work(deps):
            notice = await delivery.take_over(deps, notice_id)
            read = await read_next_batch(deps, notice, 0, 100)
            settled = tuple(
                Settled(
                    number=recipient.number,
                    outcome=NoticeOutcome.SENT,
                    language=notice.content.language_for(recipient.locale),
                    message_id=9,
                )
                for recipient in read.send
            )
            batch = OutcomeBatch(
                settled=settled,
                deferred=read.deferred,
                settled_upto=read.upto,
                send_upto=read.upto,
            )
            await delivery.write_outcomes(deps, {notice.id: batch}, {notice.id: notice.epoch})
            await completion.finish(deps, notice)

        self.with_store(work)


@pytest.fixture
def operator(tmp_path, monkeypatch) -> Operator:
    """An operator with the nurses' bundle, whose members are never in their night."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIDLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MIDLINE_KEY_FILE", str(tmp_path / "key" / "midline.key"))
    for name in ("MIDLINE_DATABASE_URL", "MIDLINE_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    operator = Operator(tmp_path)
    operator.bundle('"21:00-08:00"', '"00:00-00:00"')
    return operator


def test_a_notice_is_drafted_counted_approved_sent_and_reported(operator):
    for ref, spoken in (("N-0001", "en"), ("N-0002", "es"), ("N-0003", "hi")):
        operator.join(ref, spoken)
    notice = operator.json("notice", "send", "nurses", operator.file(), "--as", "Ada")
    assert notice["status"] == "draft"
    assert (notice["total"], notice["by_language"]) == (3, {"en": 2, "es": 1})
    assert notice["in_another_language"] == {"en": 1}
    assert "scheduled, 3 people, approved by Ada" in operator.run(
        "notice", "approve", notice["id"], "--as", "Ada"
    )
    before = operator.json("notice", "status", notice["id"])
    assert (before["not_reached"], before["sent"]) == (3, 0)
    operator.send_to_all(notice["id"])
    report = operator.json("notice", "status", notice["id"])
    assert report["status"] == "finished"
    assert report["outcomes"] == {"en": {"sent": 2}, "es": {"sent": 1}}
    assert (report["sent"], report["not_reached"], report["answers"]) == (3, 0, {"coming": 0})
    names = {"in_digest", "blocked", "unreachable", "muted", "left", "changed", "uncertain"}
    names |= {"failed", "waiting_for_morning", "waiting_for_digest", "retry"}
    assert {report[name] for name in names} == {0}
    output = operator.run("notice", "status", notice["id"])
    assert "delivered to Telegram" in output
    assert "read" not in output.replace("already", "")
    deliveries = [
        json.loads(line)
        for line in operator.run("notice", "deliveries", notice["id"]).split("\n")
        if line
    ]
    assert [delivery["outcome"] for delivery in deliveries] == ["sent"] * 3
    assert all(delivery["pseudonym"].startswith("psn_") for delivery in deliveries)
    assert all(delivery["answer"] is None for delivery in deliveries)
    assert "finished, 3 people" in operator.run("notice", "list", "nurses")


def test_a_number_that_changed_is_not_approved_until_it_is_approved_again(operator):
    operator.join("N-0001")
    notice = operator.json("notice", "send", "nurses", operator.file())
    operator.join("N-0002")
    output = operator.run("notice", "approve", notice["id"], code=1)
    assert "it would reach 2 people now, and 1 were approved" in output
    assert operator.json("notice", "status", notice["id"])["status"] == "draft"
    assert "2 people" in operator.run("notice", "approve", notice["id"])


def test_send_with_approve_approves_the_counted_number(operator):
    operator.join("N-0001")
    notice = operator.json("notice", "send", "nurses", operator.file(), "--approve")
    assert (notice["status"], notice["total"]) == ("scheduled", 1)


def test_a_notice_that_reaches_nobody_is_not_approved(operator):
    output = operator.run("notice", "send", "nurses", operator.file(), "--approve", code=1)
    assert "reaches nobody" in output


def test_above_the_limit_a_second_person_has_to_approve(operator):
    operator.join("N-0001")
    operator.bundle("  small_group: 10", "  notices: {second_person_above: 0}\n  small_group: 10")
    notice = operator.json("notice", "send", "nurses", operator.file(), "--approve", "--as", "Ada")
    assert notice["status"] == "second"
    assert "a second person" in operator.run(
        "notice", "approve", notice["id"], "--as", "Ada", code=1
    )
    output = operator.run("notice", "approve", notice["id"], "--as", "Ben")
    assert "approved by Ada, Ben" in output


def test_the_second_person_also_approves_the_present_number(operator):
    operator.join("N-0001")
    operator.bundle("  small_group: 10", "  notices: {second_person_above: 0}\n  small_group: 10")
    notice = operator.json("notice", "send", "nurses", operator.file(), "--approve", "--as", "Ada")
    operator.join("N-0002")
    assert "2 people now" in operator.run("notice", "approve", notice["id"], "--as", "Ben", code=1)
    assert operator.json("notice", "status", notice["id"])["status"] == "second"
    assert "scheduled, 2 people" in operator.run("notice", "approve", notice["id"], "--as", "Ben")


def test_a_notice_of_a_mid_with_hold_minutes_starts_later(operator):
    operator.join("N-0001")
    operator.bundle("  small_group: 10", "  notices: {hold_minutes: 90}\n  small_group: 10")
    notice = operator.json("notice", "send", "nurses", operator.file(), "--approve")
    report = operator.json("notice", "status", notice["id"])
    due = datetime.fromisoformat(report["due_at"])
    assert due - datetime.fromisoformat(report["created_at"]) >= timedelta(minutes=89)
    assert report["started_at"] is None


def test_a_notice_is_stopped_and_corrected(operator):
    operator.join("N-0001")
    notice = operator.json("notice", "send", "nurses", operator.file(), "--approve")
    new = operator.file(NOTICE.replace("Come at 18:00", "Come at 19:00"), "new.yaml")
    operator.run("notice", "correct", notice["id"], new)
    assert operator.json("notice", "status", notice["id"])["revision"] == 2
    less = operator.file(
        NOTICE.replace("  es: {title: Tarde abierta, body: Ven a las 18:00.}\n", "")
    )
    assert "no text in es" in operator.run("notice", "correct", notice["id"], less, code=1)
    assert "stopped" in operator.run("notice", "stop", notice["id"])
    assert "stopped" in operator.run("notice", "resume", notice["id"])
    assert "cannot be approved" in operator.run("notice", "approve", notice["id"], code=1)
    assert "stopped" in operator.run("notice", "status", notice["id"], "--watch")


def test_status_watch_rewrites_its_line_until_the_notice_is_over(operator):
    operator.join("N-0001")
    notice = operator.json("notice", "send", "nurses", operator.file(), "--approve")
    watcher = subprocess.Popen(
        [sys.executable, "-m", "bot", "notice", "status", notice["id"], "--watch"],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert watcher.stdout is not None
    assert b"\r" in watcher.stdout.read(1)
    operator.send_to_all(notice["id"])
    out, _ = watcher.communicate(timeout=60)
    assert watcher.returncode == 0
    line = out.decode().split("\n")[0]
    assert line.split("\r")[-1].rstrip() == "finished, 1 person, delivered to Telegram: 1"


@pytest.mark.parametrize(
    ("words", "code", "reason"),
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
def test_a_wrong_command_exits_with_its_reason(operator, words, code, reason):
    audience = "{everyone: true}"
    files = {
        "file": operator.file(),
        "bad": operator.file(NOTICE.replace("general", "party"), "bad.yaml"),
        "lost": operator.file(NOTICE.replace(audience, "{licences: [lost]}"), "lost.yaml"),
        "ref": operator.file(NOTICE.replace(audience, "{refs: [N-9999]}"), "ref.yaml"),
    }
    assert reason in operator.run(*(word.format(**files) for word in words), code=code)


def test_approving_an_uncounted_draft_counts_it_first(operator):
    from service.notices.authoring import cases as authoring
    from service.notices.values import Audience, NoticeContent, NoticeKind, NoticeText

    operator.join("N-0001")
    content = NoticeContent(
        kind=NoticeKind.GENERAL,
        audience=Audience(everyone=True),
        text={"en": NoticeText(title="t", body="b")},
    )
    notice = operator.with_store(lambda deps: authoring.draft(deps, "nurses", content, "Ada"))
    assert "Nothing was sent yet." in operator.run("notice", "approve", notice.id, code=1)
    assert "scheduled, 1 person" in operator.run("notice", "approve", notice.id)


def test_staff_are_added_listed_and_removed(operator):
    assert "no staff yet" in operator.run("staff", "list", "nurses")
    staff = operator.json("staff", "add", "nurses", "--name", "Ada")
    assert staff["token"].startswith("staff_")
    assert staff["link"] is None
    assert operator.json("staff", "list", "nurses")[0]["link_opened"] is False
    assert "already" in operator.run("staff", "add", "nurses", "--name", "Ada", code=1)
    operator.run("staff", "remove", staff["id"])
    assert operator.json("staff", "list", "nurses") == []


def test_notice_commands_do_not_import_aiogram():
    modules = "bot.commands.notice, bot.open_store, bot.commands.notice_report"
    script = f"import sys, {modules}; assert 'aiogram' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])
