"""What is sent to a model: of a thousand members, each with values of their own, none is."""

import asyncio
import json
import random
import string
import unicodedata
from types import SimpleNamespace

import pytest

from knowledge.llm.disclosure import DisclosureLevel, is_local_or_trusted, level_for, round_value
from knowledge.llm.redaction import redact
from knowledge.values import Fact, FactKey
from locales.words import words
from tests.support.model_bench import TEXTS, bench, passage

MEMBERS = 1000
SIDE_BY_SIDE = 4


def made_up(n):
    """A member of whom everything is a canary: names, ids, licences, money, dates."""
    dice = random.Random(n)

    def word(size):
        return "".join(dice.choices(string.ascii_lowercase, k=size))

    amount = f"{dice.randrange(1000, 9999)},{dice.randrange(10, 99)}{dice.randrange(10)} zł"
    values = {
        "total": amount,
        "date": f"{dice.randrange(1, 28)} Sep {dice.randrange(3000, 9999)}",
        "licence": f"Quux {word(8)} {word(6)}",
        "price": f"+{dice.randrange(100, 999)}.{dice.randrange(100, 999)}",
        # Names that a careless template could make of a member's own data.
        f"lic_{word(16)}": "no",
        f"{word(9)}{dice.randrange(100, 999)}": f"{word(12)}",
    }
    kinds = {
        "total": f"{amount} money",
        "date": "date",
        "licence": word(15) + "7",
        "price": "step",
    }
    fact = Fact(
        key=FactKey.EARNINGS,
        lines=tuple(f"You have {value}." for value in values.values()),
        values=values,
        kinds=kinds,
    )
    contact = {
        "mail": f"{word(7)}.{word(5)}@{word(8)}.example",
        "phone": f"+49 1{dice.randrange(10, 99)} {dice.randrange(10**6, 10**7)}",
        "handle": f"@{word(11)}",
        "iban": f"DE{dice.randrange(10, 99)} "
        + " ".join(str(dice.randrange(1000, 9999)) for _ in range(5)),
        "card": " ".join(str(dice.randrange(1000, 9999)) for _ in range(4)),
        "wallet": "0x" + "".join(dice.choices("0123456789abcdef", k=40)),
        "link": f"https://{word(9)}.example/{word(5)}",
        "telegram": str(dice.randrange(10**9, 10**10)),
    }
    own = f"mem_{word(16)}"
    secret = {*contact.values(), own, *(v for v in values.values() if v != "no"), kinds["licence"]}
    secret |= {name for name in values if "_" in name or any(c.isdigit() for c in name)}
    return SimpleNamespace(id=own, fact=fact, values=values, contact=contact, secret=secret)


def typed(member, n):
    """What a member might type: their own numbers, in the digits and spaces of their keyboard."""
    value = list(member.values.values())[n % 4]
    contact = list(member.contact.values())[n % len(member.contact)]
    if n % 3 == 1:
        value = value.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        contact = contact.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    if n % 3 == 2:
        value, contact = value.upper().replace(" ", "\u00a0"), f"\u200b{contact}\u2069"
    return f"Why do I see {value} and when am I paid? Please write to {contact} soon"


@pytest.mark.long
async def test_no_value_of_a_thousand_members_is_sent_at_level_one():
    async with bench() as b:
        b.server.chunk = 1000
        members = [made_up(n) for n in range(MEMBERS)]

        async def ask(n):
            member = members[n]
            language = list(TEXTS)[n % 8]
            await b.ask(
                typed(member, n), language, [passage(language)],
                facts=[member.fact], member=member.id,
            )  # fmt: skip

        leaked = set()
        for start in range(0, MEMBERS, SIDE_BY_SIDE):
            b.server.raw.clear()
            group = range(start, start + SIDE_BY_SIDE)
            await asyncio.gather(*(ask(n) for n in group))
            assert len(b.server.requests) == SIDE_BY_SIDE
            sent = plain(b"\n".join(b.server.raw).decode() + json.dumps(b.server.headers))
            assert "{{fact:earnings.total}}" in sent, (
                "the model may refer to a value that it is not sent"
            )
            secrets = (value for n in group for value in members[n].secret)
            leaked |= {secret for secret in secrets if plain(secret) in sent}
            b.server.headers.clear()
        assert not leaked


def plain(text):
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "")


async def test_the_same_canaries_are_sent_at_level_three():
    """Proves that the test above can fail: at level 3 every value must be found."""
    async with bench() as b:
        member = made_up(7)
        await b.ask("When am I paid?", facts=[member.fact], level=3)
        assert member.values["total"] in b.server.raw[-1].decode()


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:80/v1", True),
        ("https://llm.own.example/v1", True),
        ("https://api.example/v1", False),
        ("http://127.0.0.1.evil.example/v1", False),
        ("http://localhost@evil.example/v1", False),
        ("http://10.0.0.1/v1", False),
        ("nonsense", False),
        ("http://[bad", False),
    ],
)
def test_values_are_sent_only_to_this_machine_or_a_trusted_host(url, near):
    trusted = {"llm.own.example"}
    assert is_local_or_trusted(url, trusted) is near
    assert level_for(3, url, trusted) is (
        DisclosureLevel.VALUES if near else DisclosureLevel.NAMES
    )
    assert level_for(2, url, trusted) is DisclosureLevel.ROUNDED
    assert level_for(0, url, trusted) is DisclosureLevel.NOTHING
    assert level_for(-4, url, trusted) is DisclosureLevel.NOTHING


@pytest.mark.parametrize(
    ("value", "kind", "says"),
    [
        ("€1,234.56", "money", "about 1000"),
        ("1 234,56 €", "money", "about 1000"),
        ("1.234.567 R$", "money", "about 1000000"),
        ("0,40 €", "money", "under 10"),
        ("٩٨٧", "count", "about 900"),
        ("7", "count", "under 10"),
        ("3 Sep 2026", "date", ""),
        ("You are in", "state", ""),
        ("Fatima's licence 12", "name", ""),
        ("none", "count", ""),
    ],
)
def test_a_rounded_value_has_its_first_digit_alone(value, kind, says):
    assert round_value(value, kind) == says


@pytest.mark.parametrize("language", TEXTS)
def test_money_is_rounded_and_redacted_in_every_language(language):
    from decimal import Decimal

    shown = words(language).money(Decimal("4321.09"), "EUR")
    assert round_value(shown, "money") == "about 4000"
    assert redact(f"why {shown} ?", [shown]).hidden == ("value",)


HIDDEN = {
    "mail me at Anna.K+x@mail.example.org today": "mail me at [e-mail] today",
    "my number is +49 (170) 123-45 67": "my number is [number]",
    "call ٠١٧٠١٢٣٤٥٦٧ please": "call [number] please",
    "card 4111 1111 1111 1111 was charged": "card [number] was charged",
    "IBAN de89 3704 0044 0532 0130 00": "IBAN [account]",
    "send to 0x52908400098527886E0F7030069857D2E4169EE7 now": "send to [wallet] now",
    "ask @anna_k about it": "ask [name] about it",
    "see https://evil.example/x?y=1 there": "see [link] there",
    "my id is mem_4k2j5h6g7f8d9s0a": "my id is [id]",
    "why 15 % in 2026, and 4 times": "why 15 % in 2026, and 4 times",
    "how much did I earn in 09/2026": "how much did I earn in 09/2026",
    "and in 2026-09?": "and in 2026-09?",
    "born 12.09.1980 in Bonn": "born [number] in Bonn",
}


@pytest.mark.parametrize("text", HIDDEN)
def test_text_that_identifies_a_person_is_redacted(text):
    assert redact(text).text == HIDDEN[text]


def test_redaction_keeps_the_joiners_that_hindi_needs():
    assert redact("क्\u200dया MID").text == "क्\u200dया MID"


@pytest.mark.parametrize("text", ["+49 170 1234567?", "@anna", "a.b@example.org ok", "", "钱"])
def test_a_redacted_question_that_is_too_short_is_flagged(text):
    assert redact(text).too_short


@pytest.mark.parametrize("text", ["why am I out", "为什么", "почему", "क्यों नहीं मिला"])
def test_a_short_question_is_not_flagged_as_too_short(text):
    assert not redact(text).too_short
