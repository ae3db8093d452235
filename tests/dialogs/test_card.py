"""The card: eight lines in their order, warned of first, in words that are the MID's or ours."""

import itertools
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs import card
from dialogs.book import samples
from knowledge.cards.card import LineKey, lines, own_name, own_words, warnings, withheld
from knowledge.cards.details import details
from locales.words import SHIPPED, words
from service.licences.values import Audit, Commission
from tests.support.screens import NAMES, buttons, read_text, sample_screen, sample_text, unbalanced

EN = words("en")
ROBOTS, SEPSIS, INSURER, VOICES = samples.TERMS
TODAY = samples.NOW.date()
# A card whose standing lists every refusal, or that first says what just happened, may be longer.
CARDS = [name for name in NAMES if name.startswith("card") and name != "card details"]
PLAIN = [name for name in CARDS if not name.startswith(("card after", "card, refused"))]
R2 = 700

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
    return {one.key: one for one in lines(terms, ask, TODAY, words(locale))}


def behind(terms, key, locale="en"):
    """What is behind one line."""
    return details(key, terms, words(locale))


def legal(body, page, locale="en"):
    """A page of a legal text."""
    terms = ROBOTS.model_copy(update={"legal_text": body})
    return card.legal(samples.card(samples.holding(terms)), page, words(locale))


def pages(body, locale="en"):
    """All pages of a legal text, as a member turns them."""
    found = []
    while True:
        found.append(legal(body, len(found), locale))
        turned = [one.target for one in buttons(found[-1])]
        if not any(getattr(one, "page", 0) == len(found) for one in turned):
            return found


def test_the_sample_offer_reads_exactly_so():
    assert sample_text("card, an offer that warns") == OFFER


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_card_has_the_eight_lines_in_their_order(locale):
    names = [one.name for one in eight(ROBOTS, locale).values()]
    assert list(eight(ROBOTS, locale)) == list(LineKey)
    assert len(set(names)) == len(names) == 8
    for name in CARDS:
        shown = [line.strip("\u200e\u200f") for line in sample_text(name, locale).split("\n")[-8:]]
        assert all(map(str.startswith, shown, names)), name


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_names_of_the_lines_are_bold_and_lead_to_their_detail(locale):
    names = [one.name for one in eight(ROBOTS, locale).values()]
    for name in names:
        assert f"<b>{name}</b>" in str(sample_screen("card, in", locale).text)
    labels = [one.label for one in buttons(sample_screen("card details", locale))]
    assert labels[:8] == names


@pytest.mark.parametrize("name", PLAIN)
def test_a_card_is_short_enough_to_read(name):
    assert len(sample_text(name)) <= R2


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_card_carries_the_same_facts_in_every_language(locale):
    said = sample_text("card, an offer that warns", locale)
    for fact in ("SteadyLife Insurance", "420", "2026", "2027", "90", "80"):
        assert fact in said
    assert re.search(r"2[.,]40", said)
    assert re.search(r"3[.,]00", said)


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
        wanted = {
            "linked": linked,  # P1c
            "for good": mode == "copy" or containment == "not_contained",  # P3f, R14
            "sensitive": sensitive,
            "volume": volume and first,  # P1b
        }
        mid = samples.TRANSLATORS if volume else samples.NURSES
        said = warnings(terms, mid, first=first, w=EN)
        assert said == tuple(KNOWN[key] for key, due in wanted.items() if due)


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
    assert (KNOWN["volume"] in warnings(ROBOTS, mid, first=True, w=EN)) is warned


def test_whoever_is_linked_and_no_buyer_is_named():
    for place in ("collector", "via"):
        party = samples.INSURER
        terms = ROBOTS.model_copy(
            update={place: party if place == "collector" else (party,), "linked": (party.id,)}
        )
        said = warnings(terms, samples.NURSES, first=False, w=EN)
        assert said == ("SteadyLife Insurance is linked to your MID.",)


def test_two_linked_buyers_are_told_apart():
    terms = ROBOTS.model_copy(
        update={
            "buyers": (samples.ROBOTS, samples.INSURER),
            "linked": (samples.ROBOTS.id, samples.INSURER.id),
        }
    )
    said = warnings(terms, samples.NURSES, first=False, w=EN)
    assert len(set(said)) == len(said) == 2


@pytest.mark.parametrize("locale", SHIPPED)
def test_warnings_stand_before_the_lines_and_after_the_standing(locale):
    w = words(locale)
    view = samples.card(samples.holding(INSURER, None))
    said = read_text(card.screen(view, w))
    due = warnings(INSURER, samples.NURSES, first=True, w=w)
    at = [said.index(one) for one in due]
    who = eight(INSURER, locale)[LineKey.WHO].name
    first = re.search(rf"\n[\u200e\u200f]?{who}[ \u00a0]?[:：]", said).start()
    assert len(due) == 3
    assert at == sorted(at)
    assert said.index("\n\n") < at[0] <= at[-1] < first


def test_a_link_is_said_again_behind_the_line_who():
    detail = " ".join(behind(INSURER, LineKey.WHO))
    assert "linked" in detail
    assert "None of the others is linked" not in detail
    assert "None of the others is linked" in " ".join(behind(ROBOTS, LineKey.WHO))


@pytest.mark.parametrize("terms", [INSURER, ROBOTS], ids=["a copy", "contained"])
def test_what_stays_with_them_is_said_wherever_it_matters(terms):
    stays = "stays with them" in " ".join(behind(terms, LineKey.HOW))
    again = KNOWN["for good"] in behind(terms, LineKey.STOP)
    assert stays is again is terms.cannot_be_called_back


# Money


def test_unpaid_says_so_and_names_no_amount():
    found = eight(SEPSIS)[LineKey.MONEY]
    assert found.short == "You are not paid for this."
    assert behind(SEPSIS, LineKey.MONEY) == ("You are not paid for this.",)
    assert "€" not in sample_text("card, unpaid")
    assert "My price" not in [one.label for one in buttons(sample_screen("card, unpaid"))]


def shares(terms):
    """The shares that the money detail lists, without what comes later."""
    detail = behind(terms, LineKey.MONEY)
    return [Decimal(found[1]) for one in detail if (found := re.search(r": ([\d.]+)%\.$", one))]


@pytest.mark.parametrize("terms", [ROBOTS, INSURER, VOICES], ids=lambda terms: terms.slug)
def test_the_shares_of_the_sample_licences_make_a_hundred(terms):
    found = shares(terms)
    assert sum(found) == 100
    assert len(found) == 2 + len(terms.commissions)


@settings(max_examples=100, deadline=None)
@given(cuts=st.lists(st.integers(1, 2500), min_size=1, max_size=4))
def test_the_shares_always_make_a_hundred(cuts):
    percents = [Decimal(cut) / 100 for cut in cuts]
    terms = ROBOTS.model_copy(
        update={
            "member_share": 1 - sum(percents) / 100,
            "commissions": tuple(
                Commission(party=samples.ROBOTS, percent=one) for one in percents[1:]
            ),
        }
    )
    assert sum(shares(terms)) == 100


def test_the_amount_on_the_card_is_the_share_rounded_down():
    assert eight(ROBOTS)[LineKey.MONEY].short.startswith("€1.92 a month")
    third = ROBOTS.model_copy(update={"member_share": Decimal("0.333")})
    assert eight(third)[LineKey.MONEY].short.startswith("€0.79 a month")


def test_a_small_share_is_said_plainly():
    said = "Less than 70 of every 100 reach the members."
    assert said in behind(VOICES, LineKey.MONEY)
    assert said not in behind(ROBOTS, LineKey.MONEY)


def test_no_amount_is_promised_while_the_rate_is_unknown():
    unknown = ROBOTS.price.model_copy(update={"rate": None})
    terms = ROBOTS.model_copy(update={"price": unknown})
    assert eight(terms)[LineKey.MONEY].short == "80% of what the buyer pays."
    assert "What the buyer pays is not known yet." in behind(terms, LineKey.MONEY)


# The legal text

LONG = "\n\n".join(f"§ {n}. {'The buyer keeps to this. ' * 12}".strip() for n in range(60))


def body(made):
    """What stands in the quotation of a legal page."""
    return re.search(r"<blockquote>(.*)</blockquote>", str(made.text), re.DOTALL)[1]


def squeezed(said):
    """Only what can be seen."""
    return re.sub(r"[\s\u2066-\u2069]+", "", said)


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_legal_text_ends_with_the_fingerprint_of_the_terms(locale):
    digest = ROBOTS.digest()
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert sample_text("legal text", locale).endswith(f"\n{digest}")
    assert str(sample_screen("legal text", locale).text).endswith(f"<code>{digest}</code>")


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_long_legal_text_has_pages_that_lose_nothing(locale):
    found = pages({"en": LONG}, locale)
    assert len(found) > 5
    whole = squeezed("".join(body(one) for one in found))
    assert squeezed(LONG) in whole
    assert all(1 <= len(read_text(one)) <= 4096 for one in found)
    assert [bool(re.search(r"[0-9a-f]{64}", read_text(one))) for one in found] == [
        *[False] * (len(found) - 1),
        True,
    ]


@pytest.mark.parametrize("locale", SHIPPED)
def test_no_page_of_a_long_legal_text_turns_what_follows_it(locale):
    assert not [line for one in pages({"en": LONG}, locale) for line in unbalanced(read_text(one))]


def test_a_legal_text_keeps_its_paragraphs_in_every_language():
    kept = re.compile(r"First\.[\u2066-\u2069]*\n\n[\u2066-\u2069]*Second\.")
    written = {"en": "First.\n\nSecond.\nThird."}
    assert not [one for one in SHIPPED if not kept.search(read_text(legal(written, 0, one)))]


def test_pages_that_are_not_there_are_the_nearest_ones():
    found = pages({"en": LONG})
    assert read_text(legal({"en": LONG}, -7)) == read_text(found[0])
    assert read_text(legal({"en": LONG}, 10**9)) == read_text(found[-1])


def test_a_legal_text_without_spaces_has_pages_too():
    found = pages({"en": "文" * 20_000})
    assert sum(body(one).count("文") for one in found) == 20_000


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
    for said in withheld(shut, w).values():
        assert said not in shown
        assert said in eight(shut, locale)[LineKey.UNKNOWN].short
        assert said in details(LineKey.UNKNOWN, shut, w)
    assert withheld(shut, w)["storage"] in details(LineKey.HOW, shut, w)


def facts(terms, w):
    """Everything that the card and its details say."""
    said = [one.short for one in lines(terms, None, TODAY, w)]
    return "\n".join([*said, *(one for key in LineKey for one in details(key, terms, w))])


# Whose words


@pytest.mark.parametrize("locale", [one for one in SHIPPED if one != "en"])
def test_a_text_that_is_missing_is_shown_in_its_own_language_and_labelled(locale):
    w, said = words(locale), "They keep a copy."
    labelled = own_words({"en": said}, w)
    assert said in labelled
    assert w.language_name("en") in labelled
    assert own_words({"en": said, locale: "Ours"}, w) == "Ours"


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_name_is_never_labelled(locale):
    assert own_name({"en": "Nurses' Data Co-op"}, words(locale)) == "Nurses' Data Co-op"
    assert own_name({"hi": "नर्स"}, words(locale)) == "नर्स"


def test_a_label_names_the_language_that_the_text_is_in():
    assert own_words({"es": "Sin saber"}, EN) == "Sin saber (in Spanish)"
    assert own_words({"en": "Not known"}, words("es")) == "Not known (en inglés)"


def test_a_title_keeps_its_words_in_the_button_that_leads_to_it():
    assert buttons(sample_screen("licences", "fr"))[0].label == "Shift fatigue and insurance"
