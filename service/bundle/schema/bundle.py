"""The bundle: everything a MID tells Midline in one file, as frozen models.

MIDs write these files, so fields and definitions keep their names. The JSON Schema in `docs/` is
printed by `python -m service.bundle.schema.bundle > docs/bundle.schema.json`.
"""

import sys
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from service.bundle.schema.checks import FieldRefusedError, unique
from service.bundle.schema.cross_checks import cross_check
from service.bundle.schema.fields import (
    LIMITS,
    Above,
    Answer,
    Currency,
    Example,
    Lang,
    Money,
    Month,
    Question,
    Ref,
    Slug,
    Spec,
    dump_schema,
)
from service.bundle.schema.licence import LicenceSpec
from service.bundle.schema.mid import MidSpec, PartySpec

FORMAT: Final = "midline-bundle/1"


class MemberSpec(Spec):
    """One member, by the MID's own number; never a Telegram name."""

    ref: Ref
    """the MID's own number for the member"""
    language: Lang
    """the language to begin in"""
    standing: Slug = "standard"
    """picks the base price; a licence without it uses standard"""
    eligible: Annotated[list[Slug], AfterValidator(unique)] = Field(default_factory=list)
    """licences the member may be part of"""


class ArticleSpec(Spec):
    """An answer of the MID to a question its members ask."""

    id: Slug
    """the article's id"""
    question: Question
    """the question"""
    answer: Answer
    """the MID's answer, plain text"""
    examples: dict[Lang, list[Example]] = Field(default_factory=dict)
    """other ways to ask it"""


class StatementLineSpec(Spec):
    """What one licence brought one member."""

    model_config = ConfigDict(title="StatementLine")

    ref: Ref
    """the member"""
    licence: Slug
    """the licence"""
    version: int = Field(ge=1, le=LIMITS["version"])
    """the version that was paid for"""
    type: Literal["royalty", "wage", "task_fee", "dividend", "residual"]
    """what kind of payment"""
    units: Above
    """how many of the price's `per`"""
    gross: Money
    """what the buyer paid for it"""
    net: Money
    """what the member gets"""
    state: Literal["accrued", "confirmed", "paid", "reversed"]
    """how far the payment has come"""

    @model_validator(mode="after")
    def _net_within_gross(self) -> Self:
        if self.net > self.gross:
            raise FieldRefusedError(
                f"net {self.net} is more than gross {self.gross}", "correct one of the two"
            )
        return self


class StatementSpec(Spec):
    """Where one month's money went, in one currency."""

    period: Month
    """the month"""
    currency: Currency
    """ISO 4217"""
    gross_from_buyers: Money
    """all that buyers paid"""
    commissions: Money
    """what others took first"""
    mid_costs: Money
    """what the MID kept"""
    to_members: Money
    """what went to members"""
    lines: list[StatementLineSpec] = Field(default_factory=list)
    """what it brought each member"""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        parts = self.commissions + self.mid_costs + self.to_members
        if parts != self.gross_from_buyers:
            raise FieldRefusedError(
                f"commissions, mid_costs and to_members sum to {parts}, "
                f"not to gross_from_buyers {self.gross_from_buyers}",
                "make the three parts sum to the whole exactly",
            )
        return self


class Bundle(Spec):
    """Everything a MID tells Midline."""

    format: Literal["midline-bundle/1"]
    """the name of this format"""
    mid: MidSpec
    """the MID itself"""
    parties: list[PartySpec] = Field(default_factory=list)
    """who else is named in this bundle"""
    licences: list[LicenceSpec] = Field(default_factory=list)
    """the licences"""
    members: list[MemberSpec] = Field(default_factory=list)
    """the members"""
    articles: list[ArticleSpec] = Field(default_factory=list)
    """the MID's own answers"""
    statements: list[StatementSpec] = Field(default_factory=list)
    """what was earned"""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        problems = [
            InitErrorDetails(type=FieldRefusedError(reason, mend), loc=where, input=None)
            for where, reason, mend in cross_check(self.model_dump())
        ]
        if problems:
            raise ValidationError.from_exception_data("Bundle", problems)
        return self


def json_schema() -> str:
    """The JSON Schema of a bundle, as the text of `docs/bundle.schema.json`."""
    return dump_schema(Bundle, "Midline bundle")


if __name__ == "__main__":
    sys.stdout.write(json_schema())
