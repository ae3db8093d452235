"""The controlled vocabulary of licences: DPV 2.3 purposes (`dpv:X`) and data categories (`pd:X`).

`dpv.json` holds only the names of the terms and their parents, taken from the W3C Data Privacy
Vocabulary, and the roots below which data counts as sensitive, each with its reason. The root
`dpv:Purpose` is not a purpose here, because it names no defined use.
"""

import difflib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

TermKind = Literal["purpose", "category"]


@dataclass(frozen=True)
class _Tables:
    """Terms with their direct parents, all written with their prefix."""

    purposes: dict[str, tuple[str, ...]]
    categories: dict[str, tuple[str, ...]]
    sensitive_roots: dict[str, str]


def _prefixed(prefix: str, terms: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Add the prefix to every name; a parent from the other vocabulary has its own already."""
    return {
        f"{prefix}:{name}": tuple(
            parent if ":" in parent else f"{prefix}:{parent}" for parent in parents
        )
        for name, parents in terms.items()
    }


@cache
def _tables() -> _Tables:
    """Read `dpv.json`, once, at the first use."""
    raw = json.loads(files(__package__).joinpath("dpv.json").read_text(encoding="utf-8"))
    return _Tables(
        purposes=_prefixed("dpv", raw["purposes"]),
        categories=_prefixed("pd", raw["categories"]),
        sensitive_roots={root["term"]: root["reason"] for root in raw["sensitive_roots"]},
    )


def is_purpose(term: str) -> bool:
    """Whether `term`, written `dpv:X`, is a purpose of DPV 2.3."""
    return term in _tables().purposes


def is_category(term: str) -> bool:
    """Whether `term`, written `pd:X`, is a personal data category of DPV 2.3."""
    return term in _tables().categories


def nearest(term: str, kind: TermKind, n: int = 3) -> tuple[str, ...]:
    """Up to `n` known terms spelled most like `term`, best first; may be empty.

    Prefix and case are ignored, so that `ImproveHealthCare` finds `dpv:ImproveHealthcare`.
    """
    known = _tables().purposes if kind == "purpose" else _tables().categories
    by_name = {name.partition(":")[2].casefold(): name for name in known}
    name = term.rpartition(":")[2].strip().casefold()
    matches = difflib.get_close_matches(name[:100], by_name, n=n, cutoff=0.5)
    return tuple(by_name[match] for match in matches)


@cache
def ancestors(term: str) -> tuple[str, ...]:
    """The broader terms of `term`, nearest first, each once; empty for an unknown term.

    A term may have several parents. The list may end in terms that are not themselves usable in
    a bundle, such as `dpv:Purpose`.
    """
    tables = _tables()
    broader: dict[str, None] = {}
    level: tuple[str, ...] = (term,)
    while level:
        parents = (
            parent
            for name in level
            for parent in tables.purposes.get(name) or tables.categories.get(name, ())
        )
        # A term is followed only once, so that a cycle in the tables does no harm.
        level = tuple(dict.fromkeys(p for p in parents if p != term and p not in broader))
        broader.update(dict.fromkeys(level))
    return tuple(broader)


def is_sensitive(term: str) -> bool:
    """Whether members are told that this category is sensitive, whatever the MID says.

    True when the term or one of its ancestors is a root in
    `dpv.json`: DPV's own special categories and a reasoned list that the regulators of the EU
    treat alike (data protection impact guidelines WP 248, "data of a highly personal nature").
    """
    roots = _tables().sensitive_roots
    return any(name in roots for name in (term, *ancestors(term)))
