"""Files of any kind become a bundle or a list of problems, and nothing else."""

import json
import os
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.bundle.files.format import MOST_PROBLEMS, WINDOW
from service.bundle.files.read_bundle import BundleRefusedError, parse_bundle, read_bundle
from service.bundle.files.yaml_lines import MAX_BYTES, parse_document
from service.errors import MidlineError

EXAMPLES = Path(__file__).parents[3] / "examples"
TEXTS = [
    (EXAMPLES / name).read_text(encoding="utf-8") for name in ("nurses.yaml", "translators.yaml")
]


def problems_of(text, file):
    try:
        parse_bundle(text, file)
    except BundleRefusedError as refusal:
        return refusal.problems
    return ()


def refused(text, file="x.yaml"):
    with pytest.raises(BundleRefusedError) as caught:
        parse_bundle(text, file)
    assert isinstance(caught.value, MidlineError)
    return caught.value.problems


@pytest.mark.parametrize(("text", "line", "reason"), [
    ("", None, "the file is empty"),
    ("# only a remark\n", None, "the file is empty"),
    ("---\n", None, "the file is empty"),
    ("- a\n- b\n", 1, "a bundle is a block of fields"),
    ("nurses", 1, "a bundle is a block of fields"),
    ("mid:\n  id: 'nurses\n", 3, "not well-formed YAML"),
    ("mid:\n\tid: nurses\n", 2, "not well-formed YAML"),
    ("mid: &m {id: a}\nother: *m\n", 1, "&m is an anchor"),
    ("a: 1\nb: *m\n", 2, "*m points elsewhere"),
    ("a: !!python/object:os.system x\n", 1, "is a tag of YAML"),
    ("a: !!binary aGk=\n", 1, "is a tag of YAML"),
    ("? [a, b]\n: c\n", 1, "a key must be a word"),
    ("a: 1\n---\nb: 1\n", 2, "a second document begins here"),
    ("a: \x07\n", 1, "control character U+0007"),
    ("a: 1\nb: \ud800\n", 2, "control character U+D800"),
    ("a:\n  " + "[" * 21 + "]" * 21, 2, "nested more than 20 levels deep"),
])  # fmt: skip
def test_unreadable_text_is_refused_with_its_line(text, line, reason):
    (problem,) = refused(text)
    assert (problem.file, problem.line, problem.field) == ("x.yaml", line, "")
    assert reason in problem.reason
    assert problem.mend


@pytest.mark.parametrize(("text", "line", "reason"), [
    ("", None, "the file is empty"),
    ("[]", 1, "a bundle is a block of fields"),
    ('{"a": 1,\n "b": }', 2, "not well-formed JSON"),
    ("format: midline-bundle/1", 1, "not well-formed JSON"),
    ('{"a": NaN}', None, "no JSON numbers"),
    ("[" * 100_000, None, "nested more than"),
])  # fmt: skip
def test_a_json_file_must_be_json(text, line, reason):
    (problem,) = refused(text, "x.json")
    assert problem.line == line
    assert reason in problem.reason


@pytest.mark.parametrize("text", TEXTS)
def test_the_examples_read_and_read_the_same_as_json(text):
    bundle = parse_bundle(text, "x.yaml")
    plain = bundle.model_dump(mode="json", exclude_none=True)
    for written in (
        json.dumps(plain),
        json.dumps(plain, indent="\t", ensure_ascii=False),
        json.dumps(plain, separators=(",", ":")),
    ):
        assert parse_bundle(written, "x.json") == bundle


def test_json_strings_keep_every_character():
    title = 'Robots 🤖 "quoted" \\ / \u2028 é'
    text = json.dumps({"a": title, "b": {"c": [1, -2, True, None, "\ud83d"]}}, indent=1)
    document = parse_document(text.replace("/", "\\/"), is_json=True)
    assert document.value == {"a": title, "b": {"c": [1, -2, True, None, "\ufffd"]}}
    assert document.line(("b", "c", 2)) == text.split("\n").index("   true,") + 1


def test_words_are_read_as_people_mean_them():
    text = "a: NO\non: off\nb: 2026-01-01\nc: 21:00\nd: 007\ne: true\nf: 1.5\ng: ~\nh: 12\ni: '1'"
    assert parse_document(text, is_json=False).value == {
        "a": "NO", "on": "off", "b": "2026-01-01", "c": "21:00", "d": "007", "e": True, "f": 1.5,
        "g": None, "h": 12, "i": "1",
    }  # fmt: skip


def test_a_problem_in_a_json_file_has_its_line():
    plain = parse_bundle(TEXTS[0], "x.yaml").model_dump(mode="json", exclude_none=True)
    plain["licences"][2]["price"]["limits"] = ["5", "4"]
    text = json.dumps(plain, indent=2)
    (problem,) = refused(text, "x.json")
    third = text.index('"fatigue-and-cover",')
    assert problem.line == text.count("\n", 0, text.index('"limits"', third)) + 1


def test_files_are_read_by_their_ending(tmp_path):
    yml = tmp_path / "n.yml"
    yml.write_text("\ufeff" + TEXTS[0], encoding="utf-8")
    assert read_bundle(yml).mid.id == "nurses"
    other = tmp_path / "n.txt"
    other.write_text(TEXTS[0], encoding="utf-8")
    with pytest.raises(BundleRefusedError, match=r"n\.txt: this is neither YAML nor JSON\. Mend"):
        read_bundle(other)


def test_unreadable_files_are_refused(tmp_path):
    with pytest.raises(BundleRefusedError, match="cannot be opened: No such file"):
        read_bundle(tmp_path / "none.yaml")
    latin = tmp_path / "l.yaml"
    latin.write_bytes(b"mid:\n  name: Enfermer\xeda\n")
    with pytest.raises(BundleRefusedError, match=r"l\.yaml:2: the file is not UTF-8"):
        read_bundle(latin)
    large = tmp_path / "large.yaml"
    large.write_bytes(("é" * MAX_BYTES).encode())
    with pytest.raises(BundleRefusedError, match="larger than 5 MB"):
        read_bundle(large)


@cache
def example(which, *, brief):
    """An example bundle as JSON; `brief` leaves out fields that are not set."""
    bundle = parse_bundle(TEXTS[which], "x.yaml")
    return json.dumps(bundle.model_dump(mode="json", exclude_none=brief), indent=1)


PIECES = st.sampled_from([
    "", "null", "[]", "{}", "-1", "0.5", "true", "'", '"', ":", "\n", "  ", "- ", "&a", "*a",
    "!!x", "9" * 40, "1e999", "@", "\x00", "\u202e", "🤖", "{en: 5}", "nurses", "<<: {}", "\t",
    "end", "2026-99-99", "NaN", "%YAML 9.9\n---\n", "|", ">",
])  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    which=st.integers(0, 1),
    seed=st.integers(0, 2**32),
    pieces=st.lists(PIECES, min_size=1, max_size=4),
    is_json=st.booleans(),
)
def test_no_change_to_an_example_raises_anything_but_a_refusal(which, seed, pieces, is_json):
    chance = random.Random(seed)  # a place in a text needs no shrinking
    text = example(which, brief=False) if is_json else TEXTS[which]
    for piece in pieces:
        start = chance.randrange(len(text))
        text = text[:start] + piece + text[start + chance.choice([0, 1, 5, 40]) :]
    problems = problems_of(text, "x.json" if is_json else "x.yaml")
    assert all(problem.reason and problem.mend for problem in problems)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@settings(max_examples=120, deadline=None)
@given(which=st.integers(0, 1), seed=st.integers(0, 2**32), value=VALUES)
def test_any_value_anywhere_is_read_or_refused(which, seed, value):
    plain = json.loads(example(which, brief=True))
    chance, here = random.Random(seed), plain
    while True:
        key = chance.choice(list(here) if isinstance(here, dict) else range(len(here)))
        if not (isinstance(here[key], dict | list) and here[key]) or chance.random() < 0.15:
            here[key] = value
            break
        here = here[key]
    assert all(
        problem.reason and problem.mend for problem in problems_of(json.dumps(plain), "x.json")
    )


def test_a_file_of_nothing_but_wrong_keys_is_refused_in_one_line():
    text = "format: midline-bundle/1\nmid:\n" + "".join(f"  k{i}: {i}\n" for i in range(100_000))
    (told,) = refused(text)
    assert told.field == "mid"
    assert "no block has so many fields" in told.reason


def test_a_file_of_wrong_members_tells_of_fifty_and_that_there_are_more():
    text = "members:\n" + "".join(f"  - {{rf: {i}}}\n" for i in range(30_000))
    with pytest.raises(BundleRefusedError) as caught:
        parse_bundle(text, "x.yaml")
    assert len(caught.value.problems) == MOST_PROBLEMS
    assert caught.value.more
    assert len(str(caught.value)) < 10_000
    assert "there are more problems than these 50" in str(caught.value)


def test_a_problem_far_down_a_long_list_has_its_own_line():
    count = 2 * WINDOW + 10
    members = [
        f"  - {{ref: N-{i}, language: en, standing: standard, eligible: []}}\n"
        for i in range(count)
    ]
    members[-3] = "  - {ref: N-x, language: en, standing: standard, eligible: [], wrong: 1}\n"
    head, _, rest = TEXTS[0].partition("members:\n")
    after = rest[rest.index("\n\n") :] if "\n\n" in rest else ""
    # Invites and statements name the example's members, who are not in this list.
    told = next(
        p
        for p in refused(head + "members:\n" + "".join(members) + after)
        if p.line and "wrong" in p.field
    )
    assert told.field == f"members[{count - 3}].wrong"
    assert told.line == head.count("\n") + 1 + count - 2


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path):
    pipe = tmp_path / "bundle.yaml"
    os.mkfifo(pipe)
    with pytest.raises(BundleRefusedError, match="this is no regular file"):
        read_bundle(pipe)
