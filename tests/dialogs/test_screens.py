"""Every screen, in every language, keeps to Telegram's limits and can be read by a person."""

import re
import unicodedata
import warnings
from functools import cache

import pytest
from aiogram.filters.callback_data import CallbackQueryFilter
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bot.chat.filters import ToPlace
from bot.chat.routers import build_routers
from dialogs import callbacks, card, choices, mid
from dialogs.book import samples
from dialogs.book.notices import hearing_view
from dialogs.callbacks import Go, Place
from dialogs.notices import SEARCH_BYTES
from dialogs.screen import paragraphs, shorten
from knowledge.cards.vocabulary import category_label
from locales.style import width
from locales.words import SHIPPED, words
from playground.text.markup import parse_html
from service.bundle.schema import checks
from service.choices import rules
from service.licences import dpv
from service.mids.values import Standards
from tests.support.screens import (
    LEADS,
    NAMES,
    PLACES,
    SAMPLES,
    TARGETS,
    all_screens,
    buttons,
    leads_to,
    mid_texts_as,
    read_text,
    sample_screen,
    sample_text,
    unbalanced,
)

WIDEST, WIDE = 64, 40
KINDS = {"bold", "italic", "blockquote", "code"}


def faults(screen):
    """What is wrong with a screen: limits of Telegram, isolates, labels, targets."""
    text, marks = parse_html(str(screen.text))
    wrong = [f"unknown mark {mark['type']}" for mark in marks if mark["type"] not in KINDS]
    if not 1 <= len(read_text(screen)) <= 4096:
        wrong.append(f"{len(text)} characters")
    wrong += [f"isolates: {line!r}" for line in unbalanced(text)]
    wrong += ["too many buttons"] * (len(buttons(screen)) > 100)
    wrong += ["a row of more than 8"] * any(len(row) > 8 for row in screen.rows)
    wrong += ["an empty row"] * (not all(screen.rows))
    for button in buttons(screen):
        shown = [char for char in button.label if unicodedata.category(char) not in {"Cf", "Zs"}]
        wrong += ["an empty label"] * (not shown)
        wrong += [f"a label too long: {button.label!r}"] * (len(button.label) > WIDEST)
        wrong += [f"isolates: {button.label!r}"] * bool(unbalanced(button.label))
        wrong += ["a label of two lines"] * ("\n" in button.label)
        wrong += ["no target"] * ((button.target is None) == (button.url is None))
    packed = [button.target.pack() for button in buttons(screen) if button.target]
    wrong += [f"data too long: {data}" for data in packed if len(data.encode()) > 64]
    wrong += [f"two buttons for {data}" for data in set(packed) if packed.count(data) > 1]
    return wrong


# Latin from the left and Arabic from the right are what differs most.
ALWAYS = ("en", "ar")


@pytest.mark.parametrize(
    "locale",
    [
        pytest.param(locale, marks=() if locale in ALWAYS else pytest.mark.long)
        for locale in SHIPPED
    ],
)
def test_telegram_takes_every_screen(locale):
    wrong = {
        name: screen_faults
        for name in NAMES
        if (screen_faults := faults(sample_screen(name, locale)))
    }
    assert not wrong


def test_no_screen_shows_an_unfilled_placeholder():
    left = [
        (name, locale, text)
        for name, locale, screen in all_screens()
        for text in (sample_text(name, locale), *(button.label for button in buttons(screen)))
        if re.search(r"[{}]", text)
    ]
    assert not left


def test_no_screen_has_blank_edges_or_gaps():
    gaps = [
        (name, locale)
        for name, locale, screen in all_screens()
        for text in [str(screen.text)]
        if text != text.strip() or "\n\n\n" in text or re.search(r"[ \t]\n|\n ", text)
    ]
    assert not gaps


def test_every_screen_knows_its_language():
    assert not [
        (name, locale) for name, locale, screen in all_screens() if screen.locale != locale
    ]


def test_a_screen_has_the_same_buttons_in_every_language():
    other = [
        (name, locale)
        for name, locale, screen in all_screens()
        if [[button.target for button in row] for row in screen.rows]
        != [[button.target for button in row] for row in sample_screen(name).rows]
    ]
    assert not other


@pytest.mark.filterwarnings("default")
def test_labels_fit_a_small_phone():
    labels = {
        (locale, button.label)
        for _, locale, screen in all_screens()
        for button in buttons(screen)
        if width(button.label) > WIDE
    }
    for locale, label in sorted(labels):
        warnings.warn(f"{locale}: {width(label)} wide: {label}", stacklevel=1)
    assert not [label for _, label in labels if width(label) > WIDEST]


# Buttons and what answers them


@cache
def answered():
    """The kinds of target, and the places, that a router answers."""
    kinds, places = [], []
    for router in build_routers():
        for handler in router.callback_query.handlers:
            for handler_filter in handler.filters or ():
                if isinstance(handler_filter.callback, ToPlace):
                    places += sorted(handler_filter.callback.data)
                elif isinstance(handler_filter.callback, CallbackQueryFilter):
                    kinds.append(handler_filter.callback.callback_data)
    return kinds, places


def test_every_kind_of_button_is_on_some_screen():
    shown = {type(button.target) for _, _, screen in all_screens() for button in buttons(screen)}
    assert [kind.__name__ for kind in TARGETS if kind not in shown] == []


def test_every_kind_of_button_is_answered_by_exactly_one_handler():
    kinds, _ = answered()
    assert sorted(kind.__name__ for kind in kinds) == sorted(
        kind.__name__ for kind in TARGETS if kind is not Go
    )


def test_every_place_is_answered_by_exactly_one_handler():
    _, places = answered()
    assert sorted(places) == sorted(Go(place=place).pack() for place in Place)


def test_every_place_is_on_some_button():
    shown = {
        button.target.place
        for _, _, screen in all_screens()
        for button in buttons(screen)
        if isinstance(button.target, Go)
    }
    # "/stop" is a command; its place stays for buttons in notices.
    assert set(Place) - shown <= {Place.STOP}


def test_callback_prefixes_are_unique_and_end_in_a_version():
    prefixes = [target.__prefix__ for target in TARGETS]
    assert len(set(prefixes)) == len(prefixes)
    assert all(re.fullmatch(r"[a-z]{1,3}[0-9]", prefix) for prefix in prefixes)


def test_the_map_of_these_tests_knows_every_button_and_only_screens_that_are_there():
    assert set(PLACES) == set(Place)
    assert {*LEADS, Go} == set(TARGETS)
    assert {*PLACES.values(), *LEADS.values()} <= set(NAMES)


def test_no_screen_leads_only_to_itself():
    stuck = [
        name
        for name in NAMES
        if (screen := sample_screen(name)).rows
        and {leads_to(button.target) for button in buttons(screen)} == {name}
    ]
    assert not stuck


def test_the_longest_targets_fit_the_64_bytes_of_a_button():
    nonce, slug, own = "x" * 16, "a" * 40, f"lic_{'z' * 16}"
    terms = [term.partition(":")[2] for term in dpv._tables().categories]
    longest_term = max(terms, key=len)
    longest_targets = [
        callbacks.AnswerQuiz(nonce=nonce, option=longest_term),
        callbacks.Refuse(kind="category", value=longest_term),
        callbacks.ShowLiftRefusal(kind="category", value=longest_term),
        callbacks.Refuse(kind="buyer", value=slug),
        callbacks.ShowLegalText(licence=own, page=999),
        callbacks.SetKnob(scope=own, to="follow"),
        callbacks.SetZone(zone="America/Argentina/ComodRivadavia"),
        callbacks.AnswerNotice(notice=own, answer=nonce),
        callbacks.ShowNoticeCard(licence=own, notice=own),
        callbacks.ShowNotices(than=own, newer=True, search="x" * SEARCH_BYTES),
    ]
    assert all(len(target.pack().encode()) <= 64 for target in longest_targets)


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_question_on_sensitive_data_never_offers_one_answer_twice(locale):
    w, alike = words(locale), {}
    for category in filter(dpv.is_sensitive, dpv._tables().categories):
        item = samples.TERMS[3].data[0].model_copy(update={"category": category})
        terms = samples.TERMS[3].model_copy(update={"data": (item,)})
        question = rules.quiz_question(terms, samples.NONCE)
        labels = [category_label(key, w) for key in question.options]
        if len(set(labels)) < len(labels):
            alike[category] = labels
    assert not alike


# Texts that a MID may write

NASTY = {
    "tags": "<b>bold</i> <a href='https://evil.example'>x</a> <script>",
    "signs": "a & b < c > d \"e\" 'f' &lt; &amp;lt; &#60;",
    "places": "{x} {title} {0} {} {{y}} %s %(n)s {mid} {n}",
    "marks": "\u200f\u05e9\u05dc\u05d5\u05dd\u200e abc \u061c) 12 (",
    "arabic": "\u0625\u0631\u0647\u0627\u0642 (ABC-12) \u0648\u0627\u0644: 5%",
    "no width": "\u200b\u200c\u200d\u2060\ufeffx\u00ad",
    "family": "\U0001f469\u200d\u2695\ufe0f\U0001f3f3\ufe0f\u200d\U0001f308" * 11,
    "long": "word " * 60 + "end",
    "one long word": "W" * 300,
    "wide": "\u754c" * 300,
    "long and right to left": "\u0627\u0644\u0628\u064a\u0627\u0646\u0627\u062a " * 30,
    "ampersands": "&" * 300,
    "astral": "\U0001d54f" * 300,
    "addresses": "@admin /stop https://evil.example t.me/evil #tag",
    "quotes": "\u201cquoted\u201d \u00abso\u00bb \u300cthus\u300d",
}


@cache
def screens_with_mid_texts():
    """The sample screens that show something a MID wrote."""
    plain = {name: (sample(words("en"))) for name, sample in SAMPLES.items()}
    with mid_texts_as("zzz"):
        return [name for name, sample in SAMPLES.items() if sample(words("en")) != plain[name]]


def broken_by(pen, written_in, locales):
    """The faults of the screens that show MID texts, once they all read like ``pen``."""
    names = screens_with_mid_texts()
    with mid_texts_as(pen, written_in):
        return {
            (locale, name): screen_faults
            for locale in locales
            for name in names
            if (screen_faults := faults(SAMPLES[name](words(locale))))
        }


def test_most_screens_show_what_a_mid_wrote():
    assert len(screens_with_mid_texts()) > len(NAMES) / 2


@pytest.mark.parametrize("pen", NASTY)
def test_no_text_that_a_mid_may_write_breaks_a_screen(pen):
    wrong = broken_by(NASTY[pen], "en", ("en", "ar"))
    assert not wrong, f"{len(wrong)} screens: {dict(list(wrong.items())[:2])}"


def importable(pen):
    try:
        return bool(checks.one_line(pen))
    except PydanticCustomError:
        return False


ODD = "<>&\"'{}/;#%ab \u05d0\u0627\u200e\u200f\u061c\u200b\u200d\u0301\U0001f469"
PENS = (st.text(st.sampled_from(ODD)) | st.text()).map(str.strip).filter(importable)


@settings(max_examples=15, deadline=None)
@given(pen=PENS, written_in=st.sampled_from(["en", "ar"]), read_in=st.sampled_from(SHIPPED))
def test_no_text_that_the_import_lets_through_breaks_a_screen(pen, written_in, read_in):
    assert not broken_by(pen, written_in, (read_in,))


@settings(max_examples=50, deadline=None)
@given(pen=PENS)
def test_a_mid_text_is_shown_to_the_letter(pen):
    with mid_texts_as(pen):
        text = parse_html(str(mid.screen(hearing_view(), words("en")).text))[0]
    assert text.startswith(f"{pen[:80]}\n{pen[:300]}\n\n")


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(st.text() | st.lists(st.text())))
def test_a_plain_text_never_turns_into_markup(parts):
    text, marks = parse_html(str(paragraphs(*parts)))
    blocks = ["\n".join(part) if isinstance(part, list) else part for part in parts]
    assert text.replace("\r", "") == "\n\n".join(filter(None, blocks)).replace("\r", "")
    assert not marks


@given(label=st.text(), limit=st.integers(2, 64))
def test_a_label_is_cut_to_its_limit_and_says_so(label, limit):
    cut = shorten(label, limit)
    assert len(cut) <= limit
    assert cut == label or cut.endswith("…")


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_licence_with_many_parties_still_fits(locale):
    w, many = words(locale), range(8)
    named = tuple(
        samples.ROBOTS.model_copy(update={"id": f"p{n}", "name": f"{n} " + "N" * 78}) for n in many
    )
    robots = samples.TERMS[0]
    terms = robots.model_copy(
        update={
            "title": {"en": "T" * 80},
            "buyers": named,
            "via": named[:4],
            "linked": ("p0", "p1"),
            "data": tuple(robots.data[0].model_copy(update={"sensitive": True}) for _ in many),
            "unknowns": {"en": "U" * 200},
        }
    )
    view = samples.card(samples.holding(terms, None))
    for screen in (
        card.screen(view, w),
        card.line_names(view, w),
        choices.refusal_options(view, w),
    ):
        assert not [fault for fault in faults(screen) if "two buttons" not in fault]


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_talkative_mid_still_fits(locale):
    party = samples.ROBOTS
    full = samples.NURSES.model_copy(
        update={
            "about": {"en": "A" * 300},
            "affiliates": tuple(party.model_copy(update={"name": "N" * 80}) for _ in range(8)),
            "complaints": samples.NURSES.complaints * 4,
            "standards": Standards(version="1", on=samples.NOW.date(), text={"en": "S" * 2000}),
        }
    )
    assert not faults(mid.screen(hearing_view(full), words(locale)))
