"""Labels for the controlled vocabulary of licences, in plain words and every language.

They let a MID that gives only codes have a full card. Purposes and kinds of data are terms of the
Data Privacy Vocabulary (DPV), with labels in `labels_purposes.py` and `labels_data.py`; the other
codes are below. A label is a phrase of its own; screens add brackets and commas.
"""

from collections.abc import Callable, Mapping
from typing import Final

from knowledge.cards.labels_data import DATA_LABELS
from knowledge.cards.labels_purposes import PURPOSE_LABELS
from locales.words import Words
from service.licences import dpv

_Codes = Mapping[str, Callable[[Words], str]]


def purpose_label(term: str, w: Words) -> str:
    """A purpose: "To make a product or service better". `term` is `dpv:X`, or X alone.

    A term without a label of its own has that of the nearest broader term.
    """
    label = _nearest(_prefixed("dpv", term), PURPOSE_LABELS)
    return w.t(label) if label else w.t("Another purpose")


def category_label(term: str, w: Words) -> str:
    """A kind of data: "Where you work". `term` is `pd:X`, or X alone.

    A term without a label of its own has that of the nearest broader term.
    """
    label = _nearest(_prefixed("pd", term), DATA_LABELS)
    return w.t(label) if label else w.t("Information about you")


def has_own_label(term: str) -> bool:
    """Whether a term, `dpv:X` or `pd:X`, has a label of its own, not only a broader term's."""
    return term in PURPOSE_LABELS or term in DATA_LABELS


def origin_label(origin: str, w: Words) -> str:
    """Where data comes from, for a bracket: "Where you work (recorded)"."""
    return _label(_ORIGINS, origin, w)


def class_label(party_kind: str, w: Words) -> str:
    """What a party is, to follow its name: "Careful Robotics, a company, asks"."""
    return _label(_CLASSES, party_kind, w)


def party_classes() -> tuple[str, ...]:
    """All that a party can be."""
    return tuple(_CLASSES)


def legal_form_label(form: str, w: Words) -> str:
    """The legal form of a MID, with its article: "a union"."""
    return _label(_LEGAL_FORMS, form, w)


def per_label(per: str, w: Words) -> str:
    """What one payment is for, to follow an amount: "2.40 EUR a month"."""
    return _label(_PERS, per, w)


def funding_label(kind: str, w: Words) -> str:
    """Where a MID's money comes from, for a list: "member dues: 60 %"."""
    return _label(_FUNDING, kind, w)


def remuneration_label(kind: str, w: Words) -> str:
    """What kind of pay a member gets, without an amount: "pay for work"."""
    return _label(_REMUNERATION, kind, w)


def _prefixed(prefix: str, term: str) -> str:
    return term if ":" in term else f"{prefix}:{term}"


def _nearest(term: str, labels: Mapping[str, str]) -> str | None:
    """The label of a term or of its nearest broader term that has one."""
    terms = (term, *dpv.ancestors(term))
    return next((labels[name] for name in terms if name in labels), None)


def _label(codes: _Codes, code: str, w: Words) -> str:
    """The label of a code; an unknown code is shown as the MID wrote it."""
    label = codes.get(code)
    return label(w) if label else code.replace("_", " ")


_ORIGINS: Final[_Codes] = {
    # NOTE: Where data comes from, in a bracket after the kind of data: "Your voice (recorded)".
    # Small letters. This one: the member wrote, drew or built it.
    "authored": lambda w: w.p("origin", "you made it"),
    # NOTE: In a bracket after the kind of data: a person or a device noted or measured it.
    "observed": lambda w: w.p("origin", "recorded"),
    # NOTE: In a bracket after the kind of data: a guess or a result, not seen itself.
    "derived": lambda w: w.p("origin", "worked out from other data"),
    # NOTE: In a bracket after the kind of data: taken at the very moment, such as a lesson on air.
    "live": lambda w: w.p("origin", "while it happens"),
}

_CLASSES: Final[_Codes] = {
    # NOTE: What an organisation is, right after its name: "Careful Robotics, a company, asks".
    # With the article that goes there, or none, as the language wants. The next ones likewise.
    "company": lambda w: w.p("party", "a company"),
    "research": lambda w: w.p("party", "a research body"),
    "insurer": lambda w: w.p("party", "an insurance company"),
    "bank": lambda w: w.p("party", "a bank"),
    "employer": lambda w: w.p("party", "an employer"),
    # NOTE: A hospital, a clinic, a doctor.
    "health_provider": lambda w: w.p("party", "a health care provider"),
    # NOTE: An authority, a ministry, a public health service.
    "public_body": lambda w: w.p("party", "a public body"),
    "law_enforcement": lambda w: w.p("party", "a police or law enforcement body"),
    # NOTE: A party, a campaign or a group that wants votes or laws.
    "political": lambda w: w.p("party", "a political group"),
    "media": lambda w: w.p("party", "a media company"),
    # NOTE: A company whose business is to gather data about people and pass it on.
    "data_broker": lambda w: w.p("party", "a company that trades in data"),
    "nonprofit": lambda w: w.p("party", "a nonprofit"),
    # NOTE: A co-op, union or guild like the member's own, that licenses its members' data.
    "mid": lambda w: w.p("party", "another data group like yours"),
}

_LEGAL_FORMS: Final[_Codes] = {
    # NOTE: What the member's own group is by law, behind "Form: ".
    "cooperative": lambda w: w.p("legal form", "a co-op"),
    "nonprofit": lambda w: w.p("legal form", "a nonprofit"),
    # NOTE: A trade union.
    "union": lambda w: w.p("legal form", "a union"),
    "association": lambda w: w.p("legal form", "an association"),
    # NOTE: People of one craft or trade who stand together.
    "guild": lambda w: w.p("legal form", "a guild"),
    "company": lambda w: w.p("legal form", "a company"),
    "public_body": lambda w: w.p("legal form", "a public body"),
}

_PERS: Final[_Codes] = {
    # NOTE: What one payment is for, right after an amount: "2.40 EUR a month". The next ones
    # likewise.
    "minute": lambda w: w.p("per", "a minute"),
    "hour": lambda w: w.p("per", "an hour"),
    "day": lambda w: w.p("per", "a day"),
    "week": lambda w: w.p("per", "a week"),
    "month": lambda w: w.p("per", "a month"),
    # NOTE: After an amount.
    "quarter": lambda w: w.p("per", "for three months"),
    "year": lambda w: w.p("per", "a year"),
    # NOTE: After an amount: each time the data is used.
    "use": lambda w: w.p("per", "for each use"),
    # NOTE: After an amount: each time the buyer's computer asks something of the data.
    "query": lambda w: w.p("per", "for each question"),
    # NOTE: After an amount: each piece of work that the member does.
    "task": lambda w: w.p("per", "for each task"),
    # NOTE: After an amount: each piece, such as a photo.
    "item": lambda w: w.p("per", "for each item"),
    # NOTE: After an amount: each entry in a list or file.
    "record": lambda w: w.p("per", "for each record"),
    "1000_words": lambda w: w.p("per", "for 1,000 words"),
}

_FUNDING: Final[_Codes] = {
    # NOTE: Where a MID's own money comes from, in a list: "member dues: 60 %". Small letters.
    "member_dues": lambda w: w.p("funding", "member dues"),
    # NOTE: In a list of where money comes from: a part of what buyers pay.
    "licence_fees": lambda w: w.p("funding", "licence fees"),
    # NOTE: In a list of where money comes from: money given for a purpose, not paid back.
    "grants": lambda w: w.p("funding", "grants"),
    "donations": lambda w: w.p("funding", "donations"),
    "public_funding": lambda w: w.p("funding", "public money"),
    # NOTE: In a list of where money comes from: people who put money in and hope for more back.
    "investment": lambda w: w.p("funding", "investors"),
    "loans": lambda w: w.p("funding", "loans"),
    # NOTE: In a list of where money comes from: work that the MID does for others for pay.
    "services": lambda w: w.p("funding", "paid services"),
    "other": lambda w: w.p("funding", "other sources"),
}

_REMUNERATION: Final[_Codes] = {
    # NOTE: What kind of pay a member gets, without an amount; often after "You get".
    "royalty": lambda w: w.p("pay", "pay for use"),
    "wage": lambda w: w.p("pay", "pay for work"),
    "task_fee": lambda w: w.p("pay", "pay for each task"),
    # NOTE: A kind of pay: the group shares out what it has earned.
    "dividend": lambda w: w.p("pay", "a share of what your MID earns"),
    # NOTE: A kind of pay: from what is earned later with something made from the data.
    "residual": lambda w: w.p("pay", "a share of what is earned later"),
    "none": lambda w: w.p("pay", "no pay"),
}
