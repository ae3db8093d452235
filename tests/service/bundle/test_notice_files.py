"""A notice file is read whole, or refused with line, field, reason and mend."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from service.bundle.files.read_notice import NoticeFileRefusedError, parse_notice, read_notice_file
from service.bundle.schema.notice import NoticeSpec, json_schema
from service.notices.values import Audience, NoticeKind

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "notice.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLOSES = "closes: 2026-12-02T18:00:00Z"


def problems(text, file="notice.yaml"):
    with pytest.raises(NoticeFileRefusedError) as refused:
        parse_notice(text, file, NOW)
    return refused.value.problems


def test_the_example_is_read_to_the_letter():
    content = read_notice_file(EXAMPLE, NOW)
    assert content.kind is NoticeKind.GENERAL
    assert content.audience == Audience(licences=("lifting-robot",), standing="in")
    assert list(content.text) == ["en", "es", "ar"]
    assert content.text["es"].title == "Tarde abierta"
    assert [answer.id for answer in content.answers] == ["coming", "not_coming"]
    assert content.closes == datetime(2026, 12, 2, 18, tzinfo=UTC)
    assert content.on_doubt == "resend"


def test_json_says_the_same_and_a_moment_may_be_a_moment_already():
    raw = {
        "format": "midline-notice/1",
        "kind": "vote",
        "audience": {"everyone": True},
        "text": {"en": {"title": "Vote", "body": "On the new rules."}},
        "send_at": "2026-12-01T09:00:00+01:00",
    }
    content = parse_notice(json.dumps(raw), "notice.json", NOW)
    zone = timezone(timedelta(hours=1))
    assert content.send_at == datetime(2026, 12, 1, 9, tzinfo=zone)
    spec = NoticeSpec.model_validate({**raw, "send_at": datetime(2026, 12, 1, 9, tzinfo=zone)})
    assert spec.send_at == content.send_at


AUDIENCE = "audience: {licences: [lifting-robot], standing: in}"
TITLE = '"Open evening"'
BODY = '"Meet the robot team on 3 December at 18:00. Bring questions."'

# what changes, into what, the field, words of the reason, words of the mend
BROKEN = {
    "kind": ("kind: general", "kind: generl", "kind", "not known here", "nearest is general"),
    "urgent": ("urgent: false", "urgent: true", "urgent", "cannot be urgent", "breach"),
    "no truth": ("urgent: false", "urgent: maybe", "urgent", "not true or false", "without"),
    "nobody": (AUDIENCE, "audience: {}", "audience", "for nobody", "everyone: true"),
    "nobody, said": (AUDIENCE, "audience: {everyone: false}", "audience", "for nobody", "refs"),
    "empty list": (AUDIENCE, "audience: {refs: []}", "audience", "for nobody", "refs"),
    "two audiences": (
        AUDIENCE, "audience: {everyone: true, refs: [N-0001]}", "audience", "together", "one",
    ),
    "standing alone": (
        AUDIENCE, "audience: {everyone: true, standing: in}", "audience.standing",
        "about licences", "name licences",
    ),
    "standing unknown": (
        "standing: in", "standing: inside", "audience.standing", "not known", "in, out, any",
    ),
    "licence twice": (
        "[lifting-robot]", "[lifting-robot, lifting-robot]", "audience.licences", "twice", "once",
    ),
    "a Telegram name": (
        AUDIENCE, 'audience: {refs: ["@ana"]}', "audience.refs[0]", "not a member's ref", "never",
    ),
    "no audience": (AUDIENCE + "  ", "", "audience", "audience is missing", "who it is for"),
    "no text": (TEXT[TEXT.index("text:"):TEXT.index("answers:")], "text: {}\n", "text",
                "empty", "at least one"),
    "language": ("  es: {title", "  de: {title", "text.de", "not known here", "en, es"),
    "no body": (f"{TITLE}, body: {BODY}", TITLE, "text.en.body", "body is missing", "the text"),
    "long title": (TITLE, f'"{"x" * 81}"', "text.en.title", "81 characters", "cut 1"),
    "long body": (BODY, f'"{"x" * 2001}"', "text.en.body", "2001 characters", "cut 1"),
    "two lines": (TITLE, '"Open\\nevening"', "text.en.title", "one line", "line break"),
    "steering": (BODY, '"a \\u202E b"', "text.en.body", "U+202E", "take it out"),
    "blank": (TITLE, '"  "', "text.en.title", "blank", "leave this language out"),
    "answer id": ("id: coming", "id: Coming", "answers[0].id", "not an id", "a-z"),
    "long answer id": ("id: coming", f"id: {'a' * 17}", "answers[0].id", "not an id", "16"),
    "answer twice": ("id: not_coming", "id: coming", "answers[1].id", "taken", "its own"),
    "label": (
        '{en: "I will come", es', "{es", "answers[0].label", "the language of the original",
        "add en",
    ),
    "wide label": ('"I will come"', f'"{"x" * 41}"', "answers[0].label.en", "41", "cut 1"),
    "four answers": (
        CLOSES,
        "  - {id: a, label: {en: A}}\n  - {id: b, label: {en: B}}\n" + CLOSES,
        "answers", "there are 4", "keep 3",
    ),
    "over": (CLOSES, "closes: 2026-11-20T18:00:00Z", "closes", "is over", "in the future"),
    "over, as it is now": (CLOSES, "closes: 2026-11-21T12:00:00Z", "closes", "over", "future"),
    "no zone": (CLOSES, "closes: 2026-12-02T18:00:00", "closes", "no time zone", "+01:00"),
    "a day": (CLOSES, "closes: 2026-12-02", "closes", "not a moment", "T18:00:00Z"),
    "no such day": (CLOSES, "closes: 2026-13-02T18:00:00Z", "closes", "calendar", "zone"),
    "nothing closes": (
        TEXT[TEXT.index("answers:"):TEXT.index("closes:")], "", "closes", "nothing", "answers",
    ),
    "expires before": (
        CLOSES, "send_at: 2026-12-02T18:00:00Z\nexpires_at: 2026-12-02T18:00:00Z", "expires_at",
        "not after send_at", "later",
    ),
    "expired": (CLOSES, "expires_at: 2026-01-01T00:00:00Z", "expires_at", "over", "future"),
    "doubt": (CLOSES, "on_doubt: ask", "on_doubt", "not known", "resend, skip"),
    "unknown key": (CLOSES, "close: 2026-12-02T18:00:00Z", "close", "no field", "closes"),
    "key twice": (CLOSES, f"{CLOSES}\n{CLOSES}", "closes", "given twice", "one of the two"),
    "format": ("midline-notice/1", "midline-bundle/1", "format", "not the format of a notice",
               "midline-notice/1"),
}  # fmt: skip


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_refused_with_its_field_reason_and_mend(change):
    old, new, field, reason, mend = change
    head, text = TEXT.split("\n", 1)  # the first comment names a command, not a rule
    assert old in text
    matching = [
        problem
        for problem in problems(f"{head}\n{text.replace(old, new, 1)}")
        if problem.field == field
    ]
    assert matching, problems(f"{head}\n{text.replace(old, new, 1)}")
    assert reason in matching[0].reason
    assert mend in matching[0].mend
    assert matching[0].file == "notice.yaml"


def test_a_refusal_names_the_line_and_every_problem_is_told_at_once():
    text = TEXT.replace("urgent: false", "urgent: true").replace("standing: in", "standing: on")
    found = problems(text)
    assert [(problem.line, problem.field) for problem in found] == [
        (4, "urgent"),
        (5, "audience.standing"),
    ]
    assert str(found[0]).startswith("notice.yaml:4: urgent: a notice of kind")


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_file_says_how_to_begin(text):
    assert problems(text)[0].mend == "begin with: format: midline-notice/1"


def test_a_list_is_no_notice():
    assert "a notice is a block of fields" in str(problems("[1]")[0])


def test_a_correction_may_come_after_the_notice_has_closed(tmp_path):
    file = tmp_path / "n.yaml"
    file.write_text(TEXT.replace(CLOSES, "closes: 2020-01-01T00:00:00Z"), encoding="utf-8")
    with pytest.raises(NoticeFileRefusedError, match="is over"):
        read_notice_file(file, NOW)
    assert read_notice_file(file, None).text["en"].title == "Open evening"


def test_the_published_schema_is_current():
    published = (ROOT / "docs" / "notice.schema.json").read_text(encoding="utf-8")
    assert published == json_schema(), (
        "run: python -m service.bundle.schema.notice > docs/notice.schema.json"
    )
