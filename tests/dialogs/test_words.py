"""Screens as a person reads them: easy English, short sentences, one word for one thing."""

import re

import pytest

from dialogs import knob
from dialogs.book import samples
from locales import style
from locales.grade import grade
from locales.style import Entry
from locales.words import SHIPPED, words
from service.price.values import NEVER, POSITIONS
from tests.support.screens import NAMES, buttons, read_text, sample_screen, sample_text

# What is behind a line, the legal text and who a MID is: read by those who ask for it.
LAYER_1 = [n for n in NAMES if not n.startswith(("detail", "legal", "MID"))]
AIM = 6
# Cards have a limit of their own; these say first what happened, or list every refusal.
# An answer is an article of up to 120 words with the member's own facts; what is kept is a list.
# The last request to a model is shown as it was sent.
LONGER = (
    "card after", "card, refused", "card:", "answer", "privacy", "topics, and", "last request",
)  # fmt: skip


def entry(locale, name, text):
    """A rendered screen in the shape that the checks of the catalogues read."""
    return Entry(locale, "", (name,), (text,), fuzzy=False)


ADDRESS = re.compile(r"\S+@\S+|https?://\S+")


def all_texts(name, locale):
    """The text of a screen and its labels, without addresses."""
    texts = [
        sample_text(name, locale),
        *(button.label for button in buttons(sample_screen(name, locale))),
    ]
    return [ADDRESS.sub("", text) for text in texts]


def test_the_english_of_layer_1_reads_at_school_level():
    levels = sorted(
        (
            (grade(sample_text(n)), n)
            for n in LAYER_1
            if style.count(sample_text(n)) >= style.GRADED_FROM
        ),
        reverse=True,
    )
    hardest = [f"{level:.1f} {name}" for level, name in levels[:5]]
    print("hardest:", *hardest, sep="\n  ")  # noqa: T201 - seen with -s, and on failure
    assert levels[0][0] <= style.HIGHEST_GRADE
    assert sum(level for level, _ in levels) / len(levels) <= AIM


@pytest.mark.parametrize("locale", SHIPPED)
def test_sentences_are_short_in_every_language(locale):
    sizes = {
        (name, part): style.count(part)
        for name in NAMES
        for part in style.sentences(sample_text(name, locale))
    }
    assert not {key: size for key, size in sizes.items() if size > style.LONGEST_SENTENCE}
    assert sum(sizes.values()) / len(sizes) <= style.MEAN_SENTENCE


def test_no_screen_of_layer_1_is_longer_than_700_characters():
    long = {
        n: len(sample_text(n))
        for n in LAYER_1
        if len(sample_text(n)) > 700 and not n.startswith(LONGER)
    }
    assert not long


@pytest.mark.parametrize("locale", SHIPPED)
def test_no_screen_says_a_banned_word(locale):
    assert not [
        wrong
        for name in NAMES
        for text in all_texts(name, locale)
        for wrong in style.banned(entry(locale, name, text))
    ]


@pytest.mark.parametrize("locale", SHIPPED)
def test_no_screen_uses_exclamation_marks_or_capitals(locale):
    loud = re.compile(r"[!！¡‼❗]|\.\.\.|\b[A-Z]{4,}\b")
    hits = [(n, hit[0]) for n in NAMES for s in all_texts(n, locale) if (hit := loud.search(s))]
    assert not hits


@pytest.mark.parametrize("locale", SHIPPED)
def test_no_meaning_hangs_on_a_picture_or_a_colour(locale):
    picture = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
    assert not [n for n in NAMES for text in all_texts(n, locale) if picture.search(text)]


# One word for one thing; the word we use stands on the right.
OTHER_WORDS = {
    r"(?<!not )\b(?:the|a|an|this|that|your|each|any|no|one|of|in|which) license\b": "licence",
    r"\blicenses\b(?! (?:its|their|your|our))": "licences",
    r"\busers?\b|\bcustomers?\b|\bclients?\b|\bsubscribers?\b|\bconsumers?\b": "member, you",
    r"\bdata subjects?\b|\bparticipants?\b|\bend.users?\b": "member, you",
    r"\b(?:sell|sells|selling|sold|sale of) (?:your|my|our|their|the) data\b": "license",
    r"\bopt(?:ed|ing|s)?[- ](?:in|out)\b|\bpermissions?\b|\bauthori[sz]\w+\b": "yes",
    r"\bconsent\w*\b|\brevok\w+\b|\bwithdr[ae]w\w*\b": "yes, no, stop",
    r"\bcontracts?\b|\bagreements?\b|\bdeals?\b|\bterms of (?:use|service)\b": "licence",
    r"\bvendors?\b|\bpurchasers?\b|\blicensees?\b": "buyer",
    r"\bslider\b|\bdial\b|\bbid\b|\btariff\b|\bbias\b": "price, step",
    r"\bunsubscribe\w*\b|\bsilence[sd]?\b|\bsnooze\w*\b": "mute",
    r"\bdatasets?\b|\bprocessing\b|\bcontroller\b|\bpurposes?\b": "data, what for",
    r"\bcolou?rs?\b|\bclick\b|\bpress\b": "tap",
    r"\b(?:settings?|data|text)s? (?:is|are) being\b": "active voice",
}


@pytest.mark.parametrize(("other", "ours"), OTHER_WORDS.items(), ids=OTHER_WORDS.values())
def test_one_thing_has_one_word(other, ours):
    pattern = re.compile(other, re.IGNORECASE)
    hits = [
        (name, hit[0])
        for name in NAMES
        if not name.startswith("legal")
        for text in all_texts(name, "en")
        if (hit := pattern.search(text))
    ]
    assert not hits, f"say {ours}"


def test_nothing_compares_one_mid_with_another():
    claims = r"\b(?:best|top|leading|better|cheaper|dearer|more|less) (?:than|MIDs?|one|offer)\b"
    pattern = re.compile(claims + r"|\brank\w*\b|\bmost members\b", re.IGNORECASE)
    assert not [
        (n, hit[0]) for n in NAMES for s in all_texts(n, "en") if (hit := pattern.search(s))
    ]


def test_every_contraction_and_quote_is_written_one_way():
    mixed = [n for n in NAMES for text in all_texts(n, "en") if "’" in text or "''" in text]
    assert not mixed


CURRENCY = r"(?:€|\$|£|¥|₹|EUR|USD|GBP|евро|欧元)"


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_position_is_never_shown_as_an_amount(locale):
    w = words(locale)
    step = re.compile(
        rf"[+−-]\d(?![\d.,])[\s\u00a0\u2066-\u2069]*{CURRENCY}|{CURRENCY}\s?[+−-]\d\b"
    )
    for k in (*POSITIONS, NEVER):
        for scope in (samples.ALL, "mbr_nurses"):
            screen = knob.screen(samples.knob(k, scope=scope), w)
            for text in (read_text(screen), *(button.label for button in buttons(screen))):
                assert not step.search(text)


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_knob_says_at_every_position_that_it_is_no_amount(locale):
    w = words(locale)
    sentences = {
        samples.ALL: w.t(
            "This is not an amount. Your MIDs add it to their own sums, within their limits."
        ),
        "mbr_nurses": w.t(
            "This is not an amount. The MID adds it to its own sum, within its limits."
        ),
    }
    for k in (*POSITIONS, NEVER):
        for scope, sentence in sentences.items():
            assert sentence in read_text(knob.screen(samples.knob(k, scope=scope), w))


@pytest.mark.parametrize("locale", SHIPPED)
def test_signs_are_real_minus_signs(locale):
    hyphens = re.compile(r"(?<![\w\d])-\d")
    assert not [n for n in NAMES for text in all_texts(n, locale) if hyphens.search(text)]


def test_no_screen_promises_an_income():
    """A higher price does not mean more money."""
    promise = re.compile(
        r"\b(?:earn (?:more|up to)|more money|income|profit from|make money)\b", re.IGNORECASE
    )
    assert not [n for n in NAMES for text in all_texts(n, "en") if promise.search(text)]
