"""The digest of a term sheet never changes under a new release of the code.

A yes is tied to the digest of the terms that were shown. If a new plain field of `Terms` entered
the canonical form of term sheets that do not use it, every stored digest would differ from the one
that the code works out, and an unchanged file would be refused.
"""

from pathlib import Path

import pytest
from pydantic import BaseModel

from service.bundle.files.read_bundle import read_bundle
from service.bundle.resolve import resolve_terms
from service.licences.values import Terms

EXAMPLES = Path(__file__).parents[3] / "examples"

# Of term sheets as released code wrote them. A digest here is never edited: a change of an
# example's terms adds a line (its new version), and a change of the code is what this test finds.
FROZEN = {
    "nurses/lifting-robot/2": "b93e98e1dc7751e1e0c86c95706acbcbf5bc639e5dd1720bc8651af7ab531503",
    "nurses/sepsis-warning/1": "822432d32f240d367e4d28cf9f05d3e7f9591f7278b1fb8e33b74df0e6831c90",
    "nurses/fatigue-and-cover/1": "a8b741f671def4f2aedff2dc5a70e2f925f9bd2c958c5589540a882187faab25",  # noqa: E501
    "translators/mt-grading/1": "3429585b508f149023b7b0356355837d47f7748daff8f51ae524728d408e2123",
    "translators/dialect-voices/3": "97f34b0238d001b5eb578735f774de0544e2cacf6c28ebda93c10f73996c5569",  # noqa: E501
}

# Fields with a default that the first release already wrote; any later one leaves itself out.
FROM_THE_FIRST = {("DataItem", "optional")}


def example_terms():
    for name in ("nurses", "translators"):
        for spec, terms in resolve_terms(read_bundle(EXAMPLES / f"{name}.yaml")):
            yield f"{name}/{spec.id}/{spec.version}", terms


@pytest.mark.parametrize(("key", "terms"), list(example_terms()))
def test_the_digest_of_a_released_term_sheet_is_what_it_was(key, terms):
    assert terms.digest() == FROZEN[key]


@pytest.mark.parametrize(("key", "terms"), list(example_terms()))
def test_a_term_sheet_read_back_from_the_store_has_the_same_digest(key, terms):
    again = Terms.model_validate_json(terms.model_dump_json())
    assert again == terms
    assert again.digest() == FROZEN[key]


def models_of(model, seen=None):
    """A model and every model that its fields are made of."""
    seen = set() if seen is None else seen
    seen.add(model)
    for field in model.model_fields.values():
        for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
                models_of(kind, seen)
    return seen


def test_every_field_with_a_default_leaves_itself_out_of_the_canonical_form():
    written = {
        (model.__name__, name)
        for model in models_of(Terms)
        for name, field in model.model_fields.items()
        if not field.is_required() and field.exclude_if is None
    }
    assert written == FROM_THE_FIRST


def test_an_absent_field_does_not_count():
    _, terms = next(iter(example_terms()))
    plain = terms.model_copy(update={"withheld": ()})
    assert b"withheld" not in plain.canonical()
    assert plain.model_copy(update={"withheld": ("audit",)}).digest() != plain.digest()
