"""Every rule of a bundle, broken one at a time: what is said, on which line, and the mend."""

from pathlib import Path

import pytest

from service.bundle.files.read_bundle import BundleRefusedError, Problem, parse_bundle
from service.bundle.schema.fields import LIMITS

EXAMPLES = Path(__file__).parents[3] / "examples"
NURSES = (EXAMPLES / "nurses.yaml").read_text(encoding="utf-8")
TRANSLATORS = (EXAMPLES / "translators.yaml").read_text(encoding="utf-8")

LIFTING = "- id: lifting-robot"
FATIGUE = "- id: fatigue-and-cover"


def problems(text: str, file: str = "nurses.yaml") -> tuple[Problem, ...]:
    with pytest.raises(BundleRefusedError) as refused:
        parse_bundle(text, file)
    return refused.value.problems


def line_of(text: str, snippet: str) -> int:
    assert snippet in text
    return text.count("\n", 0, text.index(snippet)) + 1


# what changes, into what, on which line it is found, field, words of the reason, of the mend
BROKEN = {
    "unknown purpose": (
        '"dpv:ImproveExistingProductsAndServices"', '"dpv:ImproveExistingProduct"',
        '"dpv:ImproveExistingProduct"', "licences[0].purposes[0].purpose",
        "no DPV purpose", "dpv:ImproveExistingProductsAndServices",
    ),
    "unknown category": (
        '"pd:PhysicalHealth"', '"pd:PhysicalHealt"', '"pd:PhysicalHealt"',
        "licences[2].data[0].category", "no DPV category", "pd:PhysicalHealth",
    ),
    "category unlike any": (
        '"pd:PhysicalHealth"', '"pd:Qqqqqqq"', '"pd:Qqqqqqq"',
        "licences[2].data[0].category", "no DPV category", "pd:WorkHistory",
    ),
    "purpose that names no use": (
        '"dpv:ImproveExistingProductsAndServices"', '"dpv:Purpose"', '"dpv:Purpose"',
        "licences[0].purposes[0].purpose", "no DPV purpose", "write one",
    ),
    "missing end": (
        "    end: 2028-06-30\n", "", LIFTING, "licences[0].end", "end is missing", "last day",
    ),
    "empty end": (
        "end: 2028-06-30", "end:", "end:\n", "licences[0].end", "is no end", "2028-06-30",
    ),
    "perpetual": (
        "end: 2028-06-30", "end: perpetual", "end: perpetual", "licences[0].end",
        "never licensed for ever", "2028-06-30",
    ),
    "forever": (
        "end: 2028-06-30", "end: forever", "end: forever", "licences[0].end",
        "never licensed for ever", "2028-06-30",
    ),
    "unlimited": (
        "end: 2028-06-30", "end: Unlimited", "end: Unlimited", "licences[0].end",
        "never licensed for ever", "2028-06-30",
    ),
    "as good as for ever": (
        "end: 2028-06-30", "end: 9999-12-31", "end: 9999-12-31", "licences[0].end",
        "as good as for ever", "within 50 years",
    ),
    "perpetual in the contract": (
        'en: "Access to work', 'en: "Perpetual access to work', "Perpetual access",
        "licences[0].legal_text", "'Perpetual'", "say until which day",
    ),
    "end before start": (
        "end: 2028-06-30", "end: 2026-06-30", "end: 2026-06-30", "licences[0].end",
        "before the start", "put the end after it",
    ),
    "no day": (
        "start: 2026-07-01", "start: 1 July 2026", "start: 1 July", "licences[0].start",
        "is not a day", "2028-06-30",
    ),
    "not in the calendar": (
        "start: 2026-07-01", "start: 2026-02-30", "2026-02-30", "licences[0].start",
        "not in the calendar", "2028-06-30",
    ),
    "missing purposes": (
        ('    purposes:\n      - {purpose: "dpv:ImproveExistingProductsAndServices", '
        "commercial: true}\n"), "", LIFTING, "licences[0].purposes", "purposes is missing",
        "what for",
    ),
    "no purposes": (
        ('purposes:\n      - {purpose: "dpv:ImproveExistingProductsAndServices", '
        "commercial: true}\n"), "purposes: []\n", "purposes: []", "licences[0].purposes",
        "this is empty", "at least one",
    ),
    "missing buyers": (
        "    buyers: [careful-robotics]\n", "", LIFTING, "licences[0].buyers",
        "buyers is missing", "who gets to use",
    ),
    "no buyers": (
        "buyers: [careful-robotics]", "buyers: []", "buyers: []", "licences[0].buyers",
        "this is empty", "at least one",
    ),
    "missing collector": (
        "    collector: nurses\n", "", FATIGUE, "licences[2].collector",
        "collector is missing", "who collects",
    ),
    "no data": (
        ('data:\n      - {category: "pd:WorkEnvironment", origin: observed}\n'
        '      - {category: "pd:ProfessionalExperience", origin: authored}\n'), "data: []\n",
        "data: []", "licences[0].data", "this is empty", "at least one",
    ),
    "missing category": (
        'category: "pd:WorkEnvironment", ', "", "- {origin: observed}",
        "licences[0].data[0].category", "category is missing", "DPV category",
    ),
    "missing why_wanted": (
        '    why_wanted: {en: "An insurer', '    # {en: "An insurer', FATIGUE,
        "licences[2].why_wanted", "why_wanted is missing", "why the buyer wants",
    ),
    "missing unknowns": (
        '    unknowns: {en: "Nothing we know of."}\n', "", "- id: sepsis-warning",
        "licences[1].unknowns", "unknowns is missing", "cannot tell",
    ),
    "buyer is the MID": (
        "buyers: [careful-robotics]", "buyers: [nurses]", "buyers: [nurses]",
        "licences[0].buyers[0]", "same party on both sides", "a buyer that is not the MID",
    ),
    "buyer has the MID's name": (
        'name: "Careful Robotics"', 'name: "nurses\' data co-op"',
        "buyers: [careful-robotics]", "licences[0].buyers[0]", "same party on both sides",
        "a buyer that is not the MID",
    ),
    "go-between is the MID": (
        "buyers: [careful-robotics]", "buyers: [careful-robotics]\n    via: [nurses]",
        "via: [nurses]", "licences[0].via[0]", "same party on both sides", "go-between",
    ),
    "go-between buys": (
        "buyers: [careful-robotics]", "buyers: [careful-robotics]\n    via: [careful-robotics]",
        "via: [", "licences[0].via[0]", "also a buyer", "name it once",
    ),
    "party not described": (
        "collector: andalucia-health", "collector: andalusia", "collector: andalusia",
        "licences[0].collector", "not among the parties", "under parties",
    ),
    "affiliate not described": (
        "affiliates: [steadylife-insurance]", "affiliates: [steady]", "affiliates: [steady]",
        "mid.affiliates[0]", "not among the parties", "under parties",
    ),
    "commission to nobody": (
        "{party: uni-sevilla, percent", "{party: sevilla, percent", "{party: sevilla",
        "licences[0].commissions[0].party", "not among the parties", "under parties",
    ),
    "the MID as a party": (
        "- {id: uni-sevilla,", ("- {id: nurses, name: N, class: mid, country: ES}\n"
        "  - {id: uni-sevilla,"), "- {id: nurses,", "parties[1].id", "the MID itself",
        "leave this party out",
    ),
    "party that names nobody": (
        'name: "SteadyLife Insurance"', 'name: "Undisclosed"', '"Undisclosed"', "parties[2]",
        "no reason is given", "undisclosed_reason",
    ),
    "four knobs": (
        "  time_zone: Europe/Madrid\n", "  time_zone: Europe/Madrid\n  knobs: ["
        + ", ".join(["{id: price, label: {en: P}}"] * 4) + "]\n", "  knobs: [", "mid.knobs",
        "there are 4, 3 is the most", "keep 3",
    ),
    "the same knob twice": (
        "  time_zone: Europe/Madrid\n", "  time_zone: Europe/Madrid\n  knobs: ["
        + ", ".join(["{id: price, label: {en: P}}"] * 2) + "]\n", "  knobs: [", "mid.knobs",
        "named twice", "once",
    ),
    "L above U": (
        'limits: ["0.50", "6.00"]', 'limits: ["6.50", "6.00"]', "limits: [",
        "licences[0].price.limits", "6.50 is above the upper limit 6.00", "lower one first",
    ),
    "L negative": (
        'limits: ["0.50", "6.00"]', 'limits: ["-0.50", "6.00"]', "limits: [",
        "licences[0].price.limits[0]", "below 0", "0 or more",
    ),
    "one limit": (
        'limits: ["0.50", "6.00"]', 'limits: ["6.00"]', "limits: [",
        "licences[0].price.limits", "two numbers", '["0.50", "6.00"]',
    ),
    "L off the quantum": (
        'limits: ["0.50", "6.00"]', 'limits: ["0.505", "6.00"]', "limits: [",
        "licences[0].price.limits", "0.505 is not a multiple of the quantum 0.01", "0.50",
    ),
    "U off the quantum": (
        'limits: ["0.50", "6.00"]', 'limits: ["0.50", "6.005"]', "limits: [",
        "licences[0].price.limits", "6.005 is not a multiple", "6.00",
    ),
    "bias all above 0": (
        'bias: ["-1.50", "2.00"]', 'bias: ["0.50", "2.00"]', "bias: [",
        "licences[0].price.bias", "does not contain 0", "0 or below",
    ),
    "bias all below 0": (
        'bias: ["-1.50", "2.00"]', 'bias: ["-1.50", "-1.00"]', "bias: [",
        "licences[0].price.bias", "does not contain 0", "0 or above",
    ),
    "negative step": (
        'step: "0.40"', 'step: "-0.40"', "step: ", "licences[0].price.step", "below 0",
        "0 or more",
    ),
    "quantum of nothing": (
        'quantum: "0.01"', 'quantum: "0"', "quantum: ", "licences[0].price.quantum",
        "not above 0", "above 0",
    ),
    "no standard price": (
        'base: {standard: "2.00", verified', "base: {verified", "base: {verified",
        "licences[0].price.base", "no standard base price", "standard:",
    ),
    "number without quotes": (
        'step: "0.40"', "step: 0.45", "step: ", "licences[0].price.step", "0.45 without quotes",
        '"0.45"',
    ),
    "no number": (
        'step: "0.40"', 'step: "1e9"', "step: ", "licences[0].price.step", "not a number",
        '"2.40"',
    ),
    "no currency": (
        "currency: EUR", "currency: EURO", "currency: EURO", "licences[0].price.currency",
        "no ISO 4217 currency", "EUR",
    ),
    "unknown unit": (
        "per: month", "per: moon", "per: moon", "licences[0].price.per", "not known here",
        "nearest is month",
    ),
    "paid without a price": (
        "remuneration: none", "remuneration: wage", "- id: sepsis-warning",
        "licences[1].price", "there is no price", "remuneration: none",
    ),
    "unpaid with a price": (
        "remuneration: royalty", "remuneration: none", "    price:", "licences[0].price",
        "yet there is a price", "take the price out",
    ),
    "funding in part": (
        "percent: 60", "percent: 50", "  funding:", "mid.funding", "sum to 90 percent",
        "sum to 100",
    ),
    "share above 1": (
        'member_share: "0.80"', 'member_share: "80"', "member_share", "mid.member_share",
        "not between 0 and 1", "from 0 to 1",
    ),
    "commissions above all": (
        'percent: "3"', 'percent: "101"', "commissions: [",
        "licences[0].commissions[0].percent", "not between 0 and 100", "from 0 to 100",
    ),
    "confidential purposes": (
        "    group_size: 1840", "    visibility: {purposes: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "purposes may not be confidential", "member",
    ),
    "confidential recipient class": (
        "    group_size: 1840",
        "    visibility: {recipient_class: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "recipient_class may not be", "summary",
    ),
    "confidential share": (
        "    group_size: 1840",
        "    visibility: {member_share: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "member_share may not be", "summary",
    ),
    "confidential end": (
        "    group_size: 1840", "    visibility: {end: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "end may not be confidential", "member",
    ),
    "confidential via": (
        "    group_size: 1840", "    visibility: {via: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "via may not be confidential",
        "only audit and storage may be",
    ),
    "confidential rate": (
        "    group_size: 1840", "    visibility: {rate: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "rate may not be confidential",
        "only audit and storage may be",
    ),
    "confidential price": (
        "    group_size: 1840", "    visibility: {price: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "price may not be confidential",
        "only audit and storage may be",
    ),
    "confidential commissions": (
        "    group_size: 1840",
        "    visibility: {commissions: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "commissions may not be confidential",
        "only audit and storage may be",
    ),
    "confidential group_size": (
        "    group_size: 1840", "    visibility: {group_size: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "group_size may not be confidential",
        "only audit and storage may be",
    ),
    "confidential residual_share": (
        "    group_size: 1840",
        "    visibility: {residual_share: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "residual_share may not be confidential",
        "only audit and storage may be",
    ),
    "confidential legal text": (
        "    group_size: 1840", "    visibility: {legal_text: confidential}\n    group_size: 1840",
        "visibility", "licences[0].visibility", "legal_text may not be confidential", "member",
    ),
    "visibility of nothing": (
        "    group_size: 1840", "    visibility: {purpose: member}\n    group_size: 1840",
        "visibility", "licences[0].visibility.purpose", "not known here", "purposes",
    ),
    "language not shipped": (
        'ar: "تعليم روبوتات الرفع"', 'pt-BR: "Ensinar"', "pt-BR", "licences[0].title.pt-BR",
        "not known here", "pt_BR",
    ),
    "text in no language": (
        'unknowns: {en: "Nothing we know of."}', "unknowns: {}", "unknowns: {}",
        "licences[1].unknowns", "this is empty", "at least one",
    ),
    "text without language": (
        'unknowns: {en: "Nothing we know of."}', "unknowns: Nothing", "unknowns: Nothing",
        "licences[1].unknowns", "not a block of fields", "{en: ...}",
    ),
    "blank text": (
        'unknowns: {en: "Nothing we know of."}', 'unknowns: {en: "  "}', 'unknowns: {en: "  "}',
        "licences[1].unknowns.en", "blank", "leave this language out",
    ),
    "text nobody can see": (
        'unknowns: {en: "Nothing we know of."}', 'unknowns: {en: "\\u200b"}', "\\u200b",
        "licences[1].unknowns.en", "blank", "leave this language out",
    ),
    "control character": (
        'en: "Teach lifting robots"', 'en: "Teach \\e[2J"', "\\e[2J", "licences[0].title.en",
        "control character U+001B", "take it out",
    ),
    "text that turns the line round": (
        'en: "Teach lifting robots"', 'en: "Teach \\u202e robots"', "\\u202e",
        "licences[0].title.en", "control character U+202E", "take it out",
    ),
    "title of two lines": (
        'en: "Teach lifting robots"', 'en: "Teach\\nrobots"', "Teach\\nrobots",
        "licences[0].title.en", "must fit one line", "line break",
    ),
    "number where a text belongs": (
        'en: "Teach lifting robots"', "en: 5", "{en: 5", "licences[0].title.en",
        '"5" is not text', "quotes",
    ),
    "text where a number belongs": (
        "group_size: 1840", 'group_size: "1840"', "group_size: ", "licences[0].group_size",
        "not a whole number", "without quotes",
    ),
    "group of nobody": (
        "group_size: 1840", "group_size: 0", "group_size: 0", "licences[0].group_size",
        "below 1", "1 or more",
    ),
    "yes for true": (
        "commercial: true", "commercial: yes", "commercial: yes",
        "licences[0].purposes[0].commercial", "not true or false", "true or false",
    ),
    "block where a list belongs": (
        "buyers: [careful-robotics]", "buyers: careful-robotics", "buyers: careful",
        "licences[0].buyers", "is not a list", "brackets",
    ),
    "misspelt key": (
        "access_mode: compute_to_data", "acess_mode: compute_to_data", "acess_mode",
        "licences[0].acess_mode", "no field here", "access_mode",
    ),
    "key like no other": (
        "  legal_form: cooperative", "  zzz: 1\n  legal_form: cooperative", "zzz", "mid.zzz",
        "no field here", "there are id, name",
    ),
    "key twice": (
        "    version: 2\n", "    version: 2\n    version: 2\n", "    version: 2\n",
        "licences[0].version", "given twice", "one of the two",
    ),
    "word outside a set": (
        "status: offered", "status: offerd", "status: offerd", "licences[2].status",
        "not known here", "nearest is offered",
    ),
    "id with capitals": (
        "id: sepsis-warning", "id: Sepsis", "id: Sepsis", "licences[1].id", "not an id", "a-z",
    ),
    "id taken": (
        "id: sepsis-warning", "id: lifting-robot", 'status: active\n    title: {en: "Spot',
        "licences[1].id", "taken already", "its own",
    ),
    "ref taken": (
        "ref: N-0002", "ref: N-0001", "language: ar", "members[1].ref", "taken already",
        "its own",
    ),
    "ref that is a Telegram name": (
        "ref: N-0002", 'ref: "@rosa"', "@rosa", "members[1].ref", "not a member's ref",
        "never a Telegram name",
    ),
    "eligible for nothing known": (
        "eligible: [lifting-robot, sepsis-warning]", "eligible: [lifting]", "language: ar",
        "members[1].eligible[0]", "no licence of this bundle", "correct the id",
    ),
    "line about nobody": (
        "- {ref: N-0004, licence", "- {ref: N-0009, licence", "- {ref: N-0009",
        "statements[0].lines[1].ref", "not among the members", "correct the ref",
    ),
    "line about no licence": (
        "{ref: N-0004, licence: lifting-robot", "{ref: N-0004, licence: lifting",
        "licence: lifting,", "statements[0].lines[1].licence", "no licence of this bundle",
        "correct the id",
    ),
    "line about a version to come": (
        "{ref: N-0004, licence: lifting-robot, version: 2",
        "{ref: N-0004, licence: lifting-robot, version: 3", "version: 3",
        "statements[0].lines[1].version", "no version 3 yet", "payment was for",
    ),
    "net above gross": (
        'net: "1.92", state: paid', 'net: "2.92", state: paid', "2.92",
        "statements[0].lines[0]", "more than gross", "correct one",
    ),
    "statement that does not add up": (
        'mid_costs: "750.72"', 'mid_costs: "750.71"', "- period: 2026-09", "statements[0]",
        "sum to 4415.99", "exactly",
    ),
    "no month": (
        "period: 2026-09", "period: 2026-13", "2026-13", "statements[0].period",
        "not a month", "2026-09",
    ),
    "time zone of nowhere": (
        "time_zone: Europe/Madrid", "time_zone: Europe/Sevilla", "time_zone",
        "mid.time_zone", "no time zone", "Europe/Madrid",
    ),
    "staff in no time zone": (
        "17:00 Europe/Madrid", "17:00 Europe/Sevilla", "staff_hours",
        "mid.contact.staff_hours", "no time zone", "Europe/Madrid",
    ),
    "quiet hours": (
        '"21:00-08:00"', '"21-8"', "quiet_hours", "mid.attention.quiet_hours",
        "not two times of day", "00:00-00:00",
    ),
    "storage nowhere": (
        "storage: [ES]", "storage: [anywhere]", "storage: [anywhere]", "licences[1].storage[0]",
        "not a place", "EU",
    ),
    "storage in no country": (
        "storage: [ES]", "storage: [ZZ]", "storage: [ZZ]", "licences[1].storage[0]",
        "names no place", "EU",
    ),
    "e-mail": (
        "email: help@nurses.example", "email: help", "email: help", "mid.contact.email",
        "not an e-mail address", "help@",
    ),
    "web address": (
        "https://nurses.example/privacy", "nurses.example/privacy", "privacy_policy",
        "mid.privacy_policy", "not a web address", "https://",
    ),
    "standards without words": (
        "  small_group: 10", "  standards: {version: '1', on: 2026-01-01}\n  small_group: 10",
        "standards", "mid.standards", "a text or a url", "just one",
    ),
    "other format": (
        "format: midline-bundle/1", "format: midline-bundle/2", "format: ", "format",
        "not the format of a bundle", "midline-bundle/1",
    ),
    "missing format": (
        "format: midline-bundle/1\n", "", "mid:", "format", "format is missing", "format",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_refused_with_its_line_field_reason_and_mend(change):
    old, new, found_at, field, reason, mend = change
    assert old in NURSES
    text = NURSES.replace(old, new, 1)
    line = line_of(text, found_at)
    if "taken already" in reason and "licences" in field:
        line -= 2  # the snippet is the first one that only this licence has
    if reason == "given twice":
        line += 1
    matching = [problem for problem in problems(text) if problem.field == field]
    assert matching, problems(text)
    problem = matching[0]
    assert (problem.file, problem.line) == ("nurses.yaml", line)
    assert reason in problem.reason
    assert mend in problem.mend


LONG = {
    "title": ("licences[0].title.en", 'en: "Teach lifting robots"'),
    "name": ("mid.name.en", 'en: "Nurses\' Data Co-op"'),
    "why_wanted": ("licences[1].why_wanted.en",
                   'en: "Researchers look for early signs of sepsis in the notes nurses write."'),
    "unknowns": ("licences[1].unknowns.en", 'en: "Nothing we know of."'),
    "about": ("mid.about.en", ('en: "We are 1,840 nurses. We license what our work teaches '
              'machines, and share what it earns."')),
    "audit_result": ("licences[0].audit.result.en", 'en: "Access logs match the licence."'),
    "legal_text": ("licences[2].legal_text.en", ('en: "A copy of shift and wearable health '
                   'records for commercial research until 30 November 2027."')),
    "question": ("articles[0].question.en", 'en: "When do you pay?"'),
    "answer": ("articles[0].answer.en", ('en: "We pay on the 10th of each month, once you have '
               'earned 5 euros or more."')),
}  # fmt: skip


@pytest.mark.parametrize("limit", LONG)
def test_a_text_may_fill_its_limit_and_not_one_character_more(limit):
    field, old = LONG[limit]
    most = LIMITS[limit]
    assert old in NURSES
    parse_bundle(NURSES.replace(old, f'en: "{"x" * most}"', 1), "nurses.yaml")
    (problem,) = problems(NURSES.replace(old, f'en: "{"x" * (most + 1)}"', 1))
    assert problem.field == field
    assert problem.reason == f"the text has {most + 1} characters, {most} is the most"
    assert problem.mend == "cut 1 of them"


def test_every_problem_is_told_at_once_in_the_order_of_lines():
    text = (
        NURSES.replace("end: 2027-11-30", "end: forever")
        .replace("percent: 60", "percent: 61")
        .replace('step: "0.40"', 'step: "-1"')
        .replace("buyers: [careful-robotics]", "buyers: [nurses]")
    )
    found = problems(text)
    assert [problem.field for problem in found] == [
        "mid.funding",
        "licences[0].buyers[0]",
        "licences[0].price.step",
        "licences[2].end",
    ]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_problem_is_written_as_file_line_field_reason_and_mend():
    text = NURSES.replace('limits: ["1.00", "4.00"]', 'limits: ["5.00", "4.00"]')
    (problem,) = problems(text)
    line = line_of(text, '["5.00"')
    assert str(problem) == (
        f"nurses.yaml:{line}: licences[2].price.limits: the lower limit 5.00 is above the upper "
        "limit 4.00. Mend: put the lower one first."
    )


def test_no_error_shows_words_of_the_validator():
    for old, new, *_ in BROKEN.values():
        for problem in problems(NURSES.replace(old, new, 1)):
            text = f"{problem.reason} {problem.mend}"
            for jargon in ("Input should", "validation", "pydantic", "type=", "Literal"):
                assert jargon not in text
            assert not text.endswith(".")
            assert problem.mend


def test_a_second_statement_for_the_same_month_and_currency_is_refused():
    start = TRANSLATORS.index("  - period")
    (problem,) = problems(TRANSLATORS + TRANSLATORS[start:], "translators.yaml")
    assert problem.field == "statements[1].period"
    assert "another statement for 2026-10 in USD" in problem.reason


def test_a_denied_perpetuity_in_the_contract_is_no_perpetuity():
    text = NURSES.replace("No resale", "This licence is not perpetual. No resale")
    assert parse_bundle(text, "nurses.yaml").mid.id == "nurses"
