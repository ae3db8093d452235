"""The card: its eight lines in order, the warnings before them, and whose words they are."""

import itertools
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs import card
from dialogs.book import samples
from knowledge.cards.card import LineKey, card_lines, card_warnings, own_name, own_words, withheld
from knowledge.cards.details import line_details
from locales.words import SHIPPED, words
from service.licences.values import Audit, Commission
from tests.support.screens import NAMES, buttons, read_text, sample_screen, sample_text, unbalanced

EN = words("en")
ROBOTS, SEPSIS, INSURER, VOICES = samples.TERMS
TODAY = samples.NOW.date()
# A card whose standing lists every refusal, or that first says what just happened, may be longer.
CARDS = [name for name in NAMES if name.startswith("card") and name != "card details"]
PLAIN = [name for name in CARDS if not name.startswith(("card after", "card, refused"))]
LONGEST_CARD = 700

OFFER = """\
Shift fatigue and insurance
You are not in unless you say yes.

This buyer is linked to your MID.
What they learn cannot be called back.
It includes sensitive data.

Who: SteadyLife Insurance, an insurance company, asks. Recorded and licensed by Nurses' Data \
Co-op for 420 people.
What: Your physical health (recorded, sensitive). Your work history (recorded).
What for: To do research for a company. To sell what they learn from it. For profit.
How: They get a copy.
How long: From 1 December 2026 to 30 November 2027. Then deleted within 90 days.
Money: €2.40 a month (pay for use): 80% of €3.00.
Not known: We cannot see how the insurer uses its copy inside its own systems.
To stop: One tap."""


def eight(terms, locale="en"):
    """The eight lines of a licence, for a member whose knob stands at 0."""
    ask = samples.card(samples.holding(terms)).standing.ask
    return {line.key: line for line in card_lines(terms, ask, TODAY, words(locale))}


def behind(terms, key, locale="en"):
    """The details of a line of the card."""
    return line_details(key, terms, words(locale))


def legal(body, page, locale="en"):
    """A page of a legal text."""
    terms = ROBOTS.model_copy(update={"legal_text": body})
    return card.legal(samples.card(samples.holding(terms)), page, words(locale))


def pages(body, locale="en"):
    """All pages of a legal text, as a member turns them."""
    turned_pages = []
    while True:
        turned_pages.append(legal(body, len(turned_pages), locale))
        targets = [target.target for target in buttons(turned_pages[-1])]
        if not any(getattr(target, "page", 0) == len(turned_pages) for target in targets):
            return turned_pages


def test_the_sample_offer_reads_exactly_so():
    assert sample_text("card, an offer that warns") == OFFER


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_card_has_the_eight_lines_in_their_order(locale):
    names = [line.name for line in eight(ROBOTS, locale).values()]
    assert list(eight(ROBOTS, locale)) == list(LineKey)
    assert len(set(names)) == len(names) == 8
    for name in CARDS:
        shown = [line.strip("\u200e\u200f") for line in sample_text(name, locale).split("\n")[-8:]]
        assert all(map(str.startswith, shown, names)), name


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_names_of_the_lines_are_bold_and_lead_to_their_detail(locale):
    names = [line.name for line in eight(ROBOTS, locale).values()]
    for name in names:
        assert f"<b>{name}</b>" in str(sample_screen("card, in", locale).text)
    labels = [button.label for button in buttons(sample_screen("card details", locale))]
    assert labels[:8] == names


@pytest.mark.parametrize("name", PLAIN)
def test_a_card_is_short_enough_to_read(name):
    assert len(sample_text(name)) <= LONGEST_CARD


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_card_carries_the_same_facts_in_every_language(locale):
    text = sample_text("card, an offer that warns", locale)
    for fact in ("SteadyLife Insurance", "420", "2026", "2027", "90", "80"):
        assert fact in text
    assert re.search(r"2[.,]40", text)
    assert re.search(r"3[.,]00", text)


# Warnings

KNOWN = {
    "linked": "This buyer is linked to your MID.",
    "for good": "What they learn cannot be called back.",
    "sensitive": "It includes sensitive data.",
    "volume": "Your MID earns only when data flows.",
}


@pytest.mark.parametrize("mode", ["query", "dp_query", "compute_to_data", "copy"])
@pytest.mark.parametrize("containment", ["contained", "not_contained"])
def test_a_card_warns_of_exactly_what_it_must(mode, containment):
    kinds = itertools.product([False, True], repeat=4)
    for linked, sensitive, volume, first in kinds:
        item = ROBOTS.data[0].model_copy(update={"sensitive": sensitive})
        terms = ROBOTS.model_copy(
            update={
                "access_mode": mode,
                "containment": containment,
                "linked": (samples.ROBOTS.id,) if linked else (),
                "data": (item,),
            }
        )
        expected = {
            "linked": linked,
            "for good": mode == "copy" or containment == "not_contained",
            "sensitive": sensitive,
            "volume": volume and first,
        }
        mid = samples.TRANSLATORS if volume else samples.NURSES
        texts = card_warnings(terms, mid, first=first, w=EN)
        assert texts == tuple(KNOWN[key] for key, due in expected.items() if due)


@pytest.mark.parametrize(
    ("funding", "warned"),
    [([(100, True)], True), ([(60, True), (40, True)], True), ([(99, True), (1, False)], False)],
)
def test_a_mid_that_earns_by_volume_alone_says_so(funding, warned):
    kinds = [
        samples.Funding(kind="licence_fees", percent=Decimal(percent), volume_proportional=volume)
        for percent, volume in funding
    ]
    mid = samples.NURSES.model_copy(update={"funding": tuple(kinds)})
    assert (KNOWN["volume"] in card_warnings(ROBOTS, mid, first=True, w=EN)) is warned


def test_a_linked_party_that_is_no_buyer_is_warned_of_by_name():
    for place in ("collector", "via"):
        party = samples.INSURER
        terms = ROBOTS.model_copy(
            update={place: party if place == "collector" else (party,), "linked": (party.id,)}
        )
        texts = card_warnings(terms, samples.NURSES, first=False, w=EN)
        assert texts == ("SteadyLife Insurance is linked to your MID.",)


def test_two_linked_buyers_are_told_apart():
    terms = ROBOTS.model_copy(
        update={
            "buyers": (samples.ROBOTS, samples.INSURER),
            "linked": (samples.ROBOTS.id, samples.INSURER.id),
        }
    )
    texts = card_warnings(terms, samples.NURSES, first=False, w=EN)
    assert len(set(texts)) == len(texts) == 2


@pytest.mark.parametrize("locale", SHIPPED)
def test_warnings_stand_before_the_lines_and_after_the_standing(locale):
    w = words(locale)
    view = samples.card(samples.holding(INSURER, None))
    text = read_text(card.screen(view, w))
    expected = card_warnings(INSURER, samples.NURSES, first=True, w=w)
    positions = [text.index(warning) for warning in expected]
    who = eight(INSURER, locale)[LineKey.WHO].name
    first = re.search(rf"\n[\u200e\u200f]?{who}[ \u00a0]?[:：]", text).start()
    assert len(expected) == 3
    assert positions == sorted(positions)
    assert text.index("\n\n") < positions[0] <= positions[-1] < first


def test_the_details_of_who_repeat_that_a_party_is_linked():
    detail = " ".join(behind(INSURER, LineKey.WHO))
    assert "linked" in detail
    assert "None of the others is linked" not in detail
    assert "None of the others is linked" in " ".join(behind(ROBOTS, LineKey.WHO))


@pytest.mark.parametrize("terms", [INSURER, ROBOTS], ids=["a copy", "contained"])
def test_details_say_what_cannot_be_called_back_exactly_where_it_cannot(terms):
    stays = "stays with them" in " ".join(behind(terms, LineKey.HOW))
    again = KNOWN["for good"] in behind(terms, LineKey.STOP)
    assert stays is again is terms.cannot_be_called_back


# Money


def test_an_unpaid_licence_says_so_and_names_no_amount():
    money = eight(SEPSIS)[LineKey.MONEY]
    assert money.short == "You are not paid for this."
    assert behind(SEPSIS, LineKey.MONEY) == ("You are not paid for this.",)
    assert "€" not in sample_text("card, unpaid")
    assert "My price" not in [button.label for button in buttons(sample_screen("card, unpaid"))]


def shares(terms):
    """The shares that the money detail lists, without what comes later."""
    detail = behind(terms, LineKey.MONEY)
    return [
        Decimal(share[1])
        for sentence in detail
        if (share := re.search(r": ([\d.]+)%\.$", sentence))
    ]


@pytest.mark.parametrize("terms", [ROBOTS, INSURER, VOICES], ids=lambda terms: terms.slug)
def test_the_shares_of_the_sample_licences_make_a_hundred(terms):
    percents = shares(terms)
    assert sum(percents) == 100
    assert len(percents) == 2 + len(terms.commissions)


@settings(max_examples=100, deadline=None)
@given(cuts=st.lists(st.integers(1, 2500), min_size=1, max_size=4))
def test_the_shares_always_make_a_hundred(cuts):
    percents = [Decimal(cut) / 100 for cut in cuts]
    terms = ROBOTS.model_copy(
        update={
            "member_share": 1 - sum(percents) / 100,
            "commissions": tuple(
                Commission(party=samples.ROBOTS, percent=percent) for percent in percents[1:]
            ),
        }
    )
    assert sum(shares(terms)) == 100


def test_the_amount_on_the_card_is_the_share_rounded_down():
    assert eight(ROBOTS)[LineKey.MONEY].short.startswith("€1.92 a month")
    third = ROBOTS.model_copy(update={"member_share": Decimal("0.333")})
    assert eight(third)[LineKey.MONEY].short.startswith("€0.79 a month")


def test_a_share_below_70_percent_is_said_plainly():
    text = "Less than 70 of every 100 reach the members."
    assert text in behind(VOICES, LineKey.MONEY)
    assert text not in behind(ROBOTS, LineKey.MONEY)


def test_no_amount_is_promised_while_the_rate_is_unknown():
    unknown = ROBOTS.price.model_copy(update={"rate": None})
    terms = ROBOTS.model_copy(update={"price": unknown})
    assert eight(terms)[LineKey.MONEY].short == "80% of what the buyer pays."
    assert "What the buyer pays is not known yet." in behind(terms, LineKey.MONEY)


# The legal text

LONG = "\n\n".join(f"§ {n}. {'The buyer keeps to this. ' * 12}".strip() for n in range(60))


def body(screen):
    """What stands in the quotation of a legal page."""
    return re.search(r"<blockquote>(.*)</blockquote>", str(screen.text), re.DOTALL)[1]


def squeezed(text):
    """Only what can be seen."""
    return re.sub(r"[\s\u2066-\u2069]+", "", text)


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_legal_text_ends_with_the_fingerprint_of_the_terms(locale):
    digest = ROBOTS.digest()
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert sample_text("legal text", locale).endswith(f"\n{digest}")
    assert str(sample_screen("legal text", locale).text).endswith(f"<code>{digest}</code>")


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_long_legal_text_has_pages_that_lose_nothing(locale):
    screens = pages({"en": LONG}, locale)
    assert len(screens) > 5
    whole = squeezed("".join(body(screen) for screen in screens))
    assert squeezed(LONG) in whole
    assert all(1 <= len(read_text(screen)) <= 4096 for screen in screens)
    assert [bool(re.search(r"[0-9a-f]{64}", read_text(screen))) for screen in screens] == [
        *[False] * (len(screens) - 1),
        True,
    ]


@pytest.mark.parametrize("locale", SHIPPED)
def test_no_page_of_a_long_legal_text_leaves_a_direction_open(locale):
    assert not [
        line for screen in pages({"en": LONG}, locale) for line in unbalanced(read_text(screen))
    ]


def test_a_legal_text_keeps_its_paragraphs_in_every_language():
    kept = re.compile(r"First\.[\u2066-\u2069]*\n\n[\u2066-\u2069]*Second\.")
    written = {"en": "First.\n\nSecond.\nThird."}
    assert not [
        locale for locale in SHIPPED if not kept.search(read_text(legal(written, 0, locale)))
    ]


def test_a_legal_page_that_does_not_exist_is_the_nearest_one():
    screens = pages({"en": LONG})
    assert read_text(legal({"en": LONG}, -7)) == read_text(screens[0])
    assert read_text(legal({"en": LONG}, 10**9)) == read_text(screens[-1])


def test_a_legal_text_without_spaces_has_pages_too():
    screens = pages({"en": "文" * 20_000})
    assert sum(body(screen).count("文") for screen in screens) == 20_000


# What the MID may not show


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_card_says_what_the_mid_has_agreed_not_to_show_and_nowhere_shows_it(locale):
    w = words(locale)
    audit = Audit(on=date(2026, 3, 1), result=dict.fromkeys(SHIPPED, "Clean."))
    open_ = ROBOTS.model_copy(update={"storage": ("IS",), "audit": audit})
    shut = open_.model_copy(update={"withheld": ("audit", "storage")})
    shown, hidden = facts(open_, w), facts(shut, w)
    for fact in (w.region("IS"), "Clean."):
        assert fact in shown
        assert fact not in hidden
    for text in withheld(shut, w).values():
        assert text not in shown
        assert text in eight(shut, locale)[LineKey.UNKNOWN].short
        assert text in line_details(LineKey.UNKNOWN, shut, w)
    assert withheld(shut, w)["storage"] in line_details(LineKey.HOW, shut, w)


def facts(terms, w):
    """Everything that the card and its details say."""
    sentences = [line.short for line in card_lines(terms, None, TODAY, w)]
    return "\n".join(
        [*sentences, *(detail for key in LineKey for detail in line_details(key, terms, w))]
    )


# Whose words


@pytest.mark.parametrize("locale", [locale for locale in SHIPPED if locale != "en"])
def test_a_text_that_is_missing_is_shown_in_its_own_language_and_labelled(locale):
    w, text = words(locale), "They keep a copy."
    labelled = own_words({"en": text}, w)
    assert text in labelled
    assert w.language_name("en") in labelled
    assert own_words({"en": text, locale: "Ours"}, w) == "Ours"


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_name_is_never_labelled(locale):
    assert own_name({"en": "Nurses' Data Co-op"}, words(locale)) == "Nurses' Data Co-op"
    assert own_name({"hi": "नर्स"}, words(locale)) == "नर्स"


def test_a_label_names_the_language_that_the_text_is_in():
    assert own_words({"es": "Sin saber"}, EN) == "Sin saber (in Spanish)"
    assert own_words({"en": "Not known"}, words("es")) == "Not known (en inglés)"


def test_a_title_keeps_its_words_in_the_button_that_leads_to_it():
    assert buttons(sample_screen("licences", "fr"))[0].label == "Shift fatigue and insurance"
