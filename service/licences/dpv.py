"""The controlled words of a licence: DPV 2.3 purposes (`dpv:X`) and data categories (`pd:X`).

`dpv.json` holds only the names of the terms and their parents, taken from the W3C Data Privacy
Vocabulary, and the roots below which data counts as sensitive, each with its reason. The root
`dpv:Purpose` is no purpose here: it names no defined use (mission P3c).
"""

import difflib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal["purpose", "category"]


@dataclass(frozen=True)
class _Tables:
    """Terms with their direct parents, all written with their prefix."""

    purposes: dict[str, tuple[str, ...]]
    categories: dict[str, tuple[str, ...]]
    sensitive_roots: dict[str, str]


def _prefixed(prefix: str, terms: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Write every name with its prefix; a parent from the other vocabulary carries its own."""
    return {
        f"{prefix}:{name}": tuple(p if ":" in p else f"{prefix}:{p}" for p in parents)
        for name, parents in terms.items()
    }


@cache
def _tables() -> _Tables:
    """Read `dpv.json` once, at the first question asked."""
    raw = json.loads(files(__package__).joinpath("dpv.json").read_text(encoding="utf-8"))
    return _Tables(
        purposes=_prefixed("dpv", raw["purposes"]),
        categories=_prefixed("pd", raw["categories"]),
        sensitive_roots={root["term"]: root["reason"] for root in raw["sensitive_roots"]},
    )


def purpose_known(term: str) -> bool:
    """Tell whether `term`, written `dpv:X`, is a purpose of DPV 2.3."""
    return term in _tables().purposes


def category_known(term: str) -> bool:
    """Tell whether `term`, written `pd:X`, is a personal data category of DPV 2.3."""
    return term in _tables().categories


def nearest(term: str, kind: Kind, n: int = 3) -> tuple[str, ...]:
    """Name up to `n` known terms spelled most like `term`, best first; may be empty.

    Prefix and capitals are ignored, so that `ImproveHealthCare` finds `dpv:ImproveHealthcare`.
    """
    known = _tables().purposes if kind == "purpose" else _tables().categories
    by_name = {name.partition(":")[2].casefold(): name for name in known}
    wanted = term.rpartition(":")[2].strip().casefold()
    found = difflib.get_close_matches(wanted[:100], by_name, n=n, cutoff=0.5)
    return tuple(by_name[name] for name in found)


@cache
def ancestors(term: str) -> tuple[str, ...]:
    """List the broader terms of `term`, nearest first and each once; empty for an unknown term.

    A term may have several parents. The list may end in terms that are not themselves usable in
    a bundle, such as `dpv:Purpose`.
    """
    tables = _tables()
    found: dict[str, None] = {}
    level: tuple[str, ...] = (term,)
    while level:
        parents = (
            parent
            for name in level
            for parent in tables.purposes.get(name) or tables.categories.get(name, ())
        )
        # A term met before is not followed again: that keeps a loop in the tables harmless.
        level = tuple(dict.fromkeys(p for p in parents if p != term and p not in found))
        found.update(dict.fromkeys(level))
    return tuple(found)


def is_sensitive(term: str) -> bool:
    """Tell whether members are told that this category is sensitive, whatever the MID says.

    Source: the contract's bundle rules. True when the term or one of its ancestors is a root in
    `dpv.json`: DPV's own special categories and a reasoned list that the regulators of the EU
    treat alike (data protection impact guidelines WP 248, "data of a highly personal nature").
    """
    roots = _tables().sensitive_roots
    return any(name in roots for name in (term, *ancestors(term)))
