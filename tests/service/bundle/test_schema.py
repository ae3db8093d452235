"""What a bundle that was read offers, its JSON Schema, and how it moves in time."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.bundle.demo_dates import EXAMPLES_WRITTEN, shift_dates
from service.bundle.files.read_bundle import BundleRefusedError, parse_bundle, read_bundle
from service.bundle.resolve import resolve_mid, resolve_terms
from service.bundle.schema.bundle import Bundle, json_schema
from service.bundle.schema.fields import LIMITS
from service.licences.rules import changed_fields
from service.licences.values import Terms

ROOT = Path(__file__).parents[3]
NURSES = read_bundle(ROOT / "examples" / "nurses.yaml")
TRANSLATORS = read_bundle(ROOT / "examples" / "translators.yaml")
TEXT = (ROOT / "examples" / "nurses.yaml").read_text(encoding="utf-8")


def changed(old, new):
    assert old in TEXT
    return parse_bundle(TEXT.replace(old, new, 1), "nurses.yaml")


def test_money_is_exact_and_days_are_days():
    lifting = NURSES.licences[0]
    assert lifting.price.base == {"standard": Decimal("2.00"), "verified": Decimal("2.50")}
    assert lifting.price.limits == [Decimal("0.50"), Decimal("6.00")]
    assert lifting.end == date(2028, 6, 30)
    assert lifting.commissions[0].percent == Decimal(3)
    assert NURSES.mid.funding[0].percent == Decimal(60)
    assert NURSES.licences[1].price is None


def test_data_is_sensitive_by_its_term_or_by_the_mid_s_word():
    assert [item.sensitive for item in NURSES.licences[2].data] == [True, False]
    unsaid = changed("origin: observed, sensitive: true", "origin: observed")
    assert unsaid.licences[2].data[0].sensitive
    denied = changed("origin: observed, sensitive: true", "origin: observed, sensitive: false")
    assert denied.licences[2].data[0].sensitive
    declared = changed(
        '"pd:WorkHistory", origin: observed', '"pd:WorkHistory", origin: observed, sensitive: true'
    )
    assert declared.licences[2].data[1].sensitive


def test_the_zone_is_the_mid_s_else_that_of_its_staff_else_utc():
    assert NURSES.mid.zone == "Europe/Madrid"
    assert changed("  time_zone: Europe/Madrid\n", "").mid.zone == "Europe/Madrid"
    bare = TEXT.replace("  time_zone: Europe/Madrid\n", "").replace(" Europe/Madrid", "")
    assert parse_bundle(bare, "n.yaml").mid.zone == "UTC"


def test_a_mid_says_how_carefully_it_sends_notices():
    plain = resolve_mid(NURSES)
    assert (plain.second_person_above, plain.hold_minutes) == (None, 0)
    careful = changed(
        "  small_group: 10",
        "  notices: {second_person_above: 500, hold_minutes: 10}\n  small_group: 10",
    )
    mid = resolve_mid(careful)
    assert (mid.second_person_above, mid.hold_minutes) == (500, 10)
    with pytest.raises(BundleRefusedError, match=r"mid\.notices\.hold_minutes"):
        changed("  small_group: 10", "  notices: {hold_minutes: -1}\n  small_group: 10")


def test_fields_left_out_have_their_default():
    assert NURSES.mid.invite_days == 7
    assert NURSES.mid.knobs == []
    assert NURSES.licences[0].via == []
    assert NURSES.licences[0].member_share is None
    assert NURSES.licences[0].data[0].optional is False


def test_a_mid_may_add_knobs_labels_standards_and_an_unnamed_party():
    bundle = changed(
        "  small_group: 10",
        "  knobs: [{id: price, label: {en: Price}}, {id: time, label: {en: Time}}]\n"
        "  labels: {member: {en: Colleague}}\n"
        "  invite_days: 90\n"
        "  standards: {version: '2', on: 2026-01-01, url: https://nurses.example/rules}\n"
        "  small_group: 10",
    )
    assert [knob.id for knob in bundle.mid.knobs] == ["price", "time"]
    assert bundle.mid.labels.member == {"en": "Colleague"}
    assert shift_dates(bundle, 3).mid.standards.on == date(2026, 1, 4)
    unnamed = changed(
        'name: "SteadyLife Insurance",',
        'name: undisclosed, undisclosed_reason: {en: "A tender is open."},',
    )
    assert unnamed.parties[2].undisclosed_reason == {"en": "A tender is open."}


def test_markup_is_plain_text():
    title = changed('en: "Teach lifting robots"', 'en: "<b>Teach</b> & *lift* _it_"')
    assert title.licences[0].title["en"] == "<b>Teach</b> & *lift* _it_"


def test_a_licence_may_have_its_own_share_and_confidential_storage():
    bundle = changed(
        "    group_size: 1840",
        '    member_share: "0.9"\n    visibility: {storage: confidential, end: summary}\n'
        "    group_size: 1840",
    )
    assert bundle.licences[0].member_share == Decimal("0.9")
    assert bundle.licences[0].visibility == {"storage": "confidential", "end": "summary"}
    assert resolve_terms(bundle)[0][1].withheld == ("storage",)


def test_what_is_not_there_is_not_withheld_either():
    audit = next(line for line in TEXT.splitlines() if "audit: {on:" in line)
    shut = changed(audit, f"{audit}\n    visibility: {{audit: confidential}}")
    none = changed(audit, "    visibility: {audit: confidential}")
    assert resolve_terms(shut)[0][1].withheld == ("audit",)
    assert resolve_terms(none)[0][1].withheld == ()


def test_terms_that_withhold_nothing_keep_the_hash_that_was_agreed_to():
    terms = resolve_terms(NURSES)[0][1]
    shut = terms.model_copy(update={"withheld": ("storage",)})
    assert b"withheld" not in terms.canonical()
    assert terms.digest() != shut.digest()
    assert changed_fields(terms, shut) == ("withheld",)
    assert Terms.model_validate_json(terms.canonical()) == terms


def test_a_collector_may_also_buy():
    bundle = changed("collector: andalucia-health", "collector: careful-robotics")
    assert bundle.licences[0].collector == bundle.licences[0].buyers[0]


def test_a_bundle_is_frozen_and_checks_itself_without_a_file():
    with pytest.raises(ValidationError, match="frozen"):
        NURSES.mid = TRANSLATORS.mid
    assert Bundle.model_validate(NURSES.model_dump()) == NURSES
    raw = NURSES.model_dump()
    raw["licences"][0]["buyers"] = ["nobody"]
    with pytest.raises(ValidationError, match="not among the parties"):
        Bundle.model_validate(raw)


def test_the_limits_members_screens_rely_on():
    assert {key: LIMITS[key] for key in ("title", "why_wanted", "unknowns", "about")} == {
        "title": 80, "why_wanted": 200, "unknowns": 200, "about": 300,
    }  # fmt: skip
    assert (LIMITS["legal_text"], LIMITS["answer"], LIMITS["knobs"]) == (20_000, 1_000, 3)


def test_the_published_schema_is_current():
    published = (ROOT / "docs" / "bundle.schema.json").read_text(encoding="utf-8")
    assert published == json_schema(), (
        "run: python -m service.bundle.schema.bundle > docs/bundle.schema.json"
    )


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 30, 45, 365, 4000])
def test_every_day_moves_alike_and_the_bundle_stays_valid(days):
    for bundle in (NURSES, TRANSLATORS):
        moved = shift_dates(bundle, days)
        assert Bundle.model_validate(moved.model_dump()) == moved
        for before, after in zip(bundle.licences, moved.licences, strict=True):
            assert (after.start - before.start).days == days
            assert (after.end - before.end).days == days
    assert (shift_dates(NURSES, days).licences[0].audit.on - date(2026, 6, 12)).days == days
    assert shift_dates(shift_dates(NURSES, days), -days) == NURSES


def test_statements_move_by_the_nearest_whole_months():
    assert shift_dates(NURSES, 10).statements[0].period == "2026-09"
    assert shift_dates(NURSES, 20).statements[0].period == "2026-10"
    assert shift_dates(NURSES, 122).statements[0].period == "2027-01"
    assert shift_dates(NURSES, -290).statements[0].period == "2025-11"


def test_the_examples_are_about_the_day_they_were_written():
    assert date(2026, 11, 21) == EXAMPLES_WRITTEN
    assert NURSES.licences[0].start < EXAMPLES_WRITTEN < NURSES.licences[0].end
