"""The blocks of a bundle about a licence: its term sheet, data, purposes and audit."""

import re
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator

from service.bundle.schema.checks import FieldRefusedError, unique
from service.bundle.schema.fields import (
    LIMITS,
    Above,
    AuditResult,
    Category,
    Day,
    Lang,
    LastDay,
    LegalText,
    Place,
    Purpose,
    Share,
    Slug,
    Spec,
    Title,
    Unknowns,
    WhyWanted,
)
from service.bundle.schema.price import CommissionSpec, PriceSpec
from service.licences import dpv

LicenceStatus = Literal["draft", "offered", "active", "suspended", "ended"]
Remuneration = Literal["royalty", "wage", "task_fee", "dividend", "none"]
Origin = Literal["observed", "authored", "derived", "live"]
AccessMode = Literal["query", "dp_query", "compute_to_data", "copy"]
Containment = Literal["contained", "not_contained"]
Visibility = Literal["member", "summary", "confidential"]
VisibleField = Literal[
    "purposes", "recipient_class", "member_share", "end", "collector", "buyers", "via", "rate",
    "price", "commissions", "group_size", "residual_share", "storage", "audit", "legal_text",
]  # fmt: skip

MAY_BE_CONFIDENTIAL: Final = frozenset({"audit", "storage"})
"""Details of a buyer that a yes can do without; the card says that they are withheld.

All else is open to members. Nobody can consent without the purposes, the members' share, the end,
and who collects, buys, passes on (``via``) or takes a part (``commissions``), and what kind they
are. Price and rate decide who is in, so the knob would reveal them; what members earn later is
theirs to claim; the size of the group is on the card; a yes is tied to the legal text."""

_FOR_EVER: Final = re.compile(
    r"(?<!not )(?<!no )(?<!never )(?<!non-)\b(perpetual|irrevocabl\w+|in perpetuity)",
    re.IGNORECASE,
)


class DataSpec(Spec):
    """One kind of data a licence covers."""

    category: Category
    """the DPV category, such as pd:WorkHistory"""
    origin: Origin
    """whether it was observed, authored, derived, or taken live"""
    # The value in the file; code reads `sensitive`, which takes the vocabulary into account too.
    sensitive_said: bool = Field(default=False, alias="sensitive")
    """true marks it as sensitive; sensitive by its DPV category it is marked anyway"""
    optional: bool = False
    """true when a member may leave it out"""

    @property
    def sensitive(self) -> bool:
        """Whether members are told that it is sensitive: the MID or the DPV term says so."""
        return self.sensitive_said or dpv.is_sensitive(self.category)


class PurposeSpec(Spec):
    """One thing a buyer may do with the data."""

    purpose: Purpose
    """the DPV purpose, such as dpv:ImproveHealthcare"""
    commercial: bool
    """whether it is commercial: a choice of its own for members"""


class AuditSpec(Spec):
    """The last look at whether the licence is kept."""

    model_config = ConfigDict(title="Audit")

    on: Day
    """the day of the audit"""
    result: AuditResult
    """what it found"""


class LicenceSpec(Spec):
    """A licence: the term sheet that members say yes or no to."""

    id: Slug
    """the licence's id within the MID, for ever"""
    version: int = Field(ge=1, le=LIMITS["version"])
    """1, then higher with every change"""
    status: LicenceStatus
    """where the licence stands"""
    title: Title
    """what it is called"""
    why_wanted: WhyWanted
    """why the buyer wants the data"""
    unknowns: Unknowns
    """what the MID cannot tell members"""
    collector: Slug
    """who collects the data: a party, or the MID itself"""
    buyers: Annotated[
        list[Slug], Field(min_length=1, max_length=LIMITS["names"]), AfterValidator(unique)
    ]
    """who gets to use the data, each a party"""
    via: Annotated[list[Slug], Field(max_length=LIMITS["names"]), AfterValidator(unique)] = Field(
        default_factory=list
    )
    """who passes it on between MID and buyer"""
    remuneration: Remuneration
    """what kind of payment members get"""
    data: Annotated[list[DataSpec], Field(min_length=1, max_length=LIMITS["kinds"])]
    """which data"""
    purposes: Annotated[list[PurposeSpec], Field(min_length=1, max_length=LIMITS["names"])]
    """what for"""
    access_mode: AccessMode
    """how the buyer gets at the data"""
    dp_epsilon: Above | None = None
    """the privacy budget of differentially private queries"""
    containment: Containment
    """not_contained when the use cannot be called back"""
    start: Day
    """the first day"""
    end: LastDay
    """the last day; data is never licensed for ever"""
    delete_within_days: int = Field(ge=0, le=LIMITS["delete_within_days"])
    """days after the end within which the buyer deletes"""
    storage: Annotated[list[Place], Field(min_length=1), AfterValidator(unique)]
    """where the data is kept"""
    price: Annotated[PriceSpec | None, Field(validate_default=True)] = None
    """the numbers of the price; absent when nothing is paid"""
    commissions: list[CommissionSpec] = Field(default_factory=list)
    """what others take first"""
    member_share: Share | None = None
    """the members' part of what this buyer pays; default the MID's"""
    group_size: int = Field(ge=1, le=LIMITS["group_size"])
    """how many members the licence is about"""
    residual_share: Share | None = None
    """the members' part of what is earned later with what was made from their data"""
    audit: AuditSpec | None = None
    """the last audit"""
    legal_text: LegalText
    """the contract's own words"""
    visibility: dict[VisibleField, Visibility] = Field(default_factory=dict)
    """member (the default) and summary are shown to members; confidential, which only audit and
    storage may be, is not, and the card says that it is withheld"""

    @field_validator("end")
    @classmethod
    def _ends_after_it_starts(cls, end: date, info: ValidationInfo) -> date:
        start = info.data.get("start")
        if start is not None and end < start:
            raise FieldRefusedError(
                f"the end {end} is before the start {start}", "put the end after it"
            )
        if start is not None and end.year - start.year > LIMITS["licence_years"]:
            raise FieldRefusedError(
                f"from {start} to {end} is as good as for ever",
                f"end it within {LIMITS['licence_years']} years",
            )
        return end

    @field_validator("price")
    @classmethod
    def _priced_when_paid(cls, price: PriceSpec | None, info: ValidationInfo) -> PriceSpec | None:
        kind = info.data.get("remuneration")
        if kind == "none" and price is not None:
            raise FieldRefusedError(
                "remuneration is none, yet there is a price",
                "take the price out, or say how it is paid",
            )
        if kind not in {"none", None} and price is None:
            raise FieldRefusedError(
                f"remuneration is {kind}, yet there is no price",
                "add a price block, or write remuneration: none",
            )
        return price

    @field_validator("commissions")
    @classmethod
    def _commissions_fit(cls, commissions: list[CommissionSpec]) -> list[CommissionSpec]:
        unique([commission.party for commission in commissions])
        total = sum(commission.percent for commission in commissions)
        if total > 100:  # noqa: PLR2004 - percent
            raise FieldRefusedError(
                f"the commissions sum to {total} percent", "keep them within 100"
            )
        return commissions

    @field_validator("legal_text")
    @classmethod
    def _legal_text_ends(cls, texts: dict[Lang, str]) -> dict[Lang, str]:
        match = _FOR_EVER.search(texts.get("en", ""))
        if match:
            raise FieldRefusedError(
                f"the legal text says {match[0]!r}; data is never licensed for ever",
                "say until which day, and that members can take their yes back",
            )
        return texts

    @field_validator("visibility")
    @classmethod
    def _open_to_members(
        cls, visibility: dict[VisibleField, Visibility]
    ) -> dict[VisibleField, Visibility]:
        for field, seen in visibility.items():
            if seen == "confidential" and field not in MAY_BE_CONFIDENTIAL:
                raise FieldRefusedError(
                    f"{field} may not be confidential",
                    f"write {field}: member or {field}: summary; "
                    f"only {' and '.join(sorted(MAY_BE_CONFIDENTIAL))} may be confidential",
                )
        return visibility
