"""Term sheets as they are agreed: resolved, versioned, hashed."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import rfc8785
from pydantic import Field, PlainSerializer, model_validator

from service.mids.values import Party
from service.values import Value


def plain(number: Decimal) -> str:
    """A number in the one way it is hashed and compared: no zeros that say nothing."""
    return format(number.normalize(), "f")


# "2.0" and "2.00" are the same amount and must hash the same.
Number = Annotated[Decimal, PlainSerializer(plain, when_used="json")]


class Status(StrEnum):
    """Where a licence is in its life, as the MID says."""

    DRAFT = "draft"
    OFFERED = "offered"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class DataItem(Value):
    """One category of data: a DPV term, where it comes from, and whether it is sensitive."""

    category: str
    origin: str
    sensitive: bool
    optional: bool = False


class Purpose(Value):
    """One purpose, a DPV term, and whether it is commercial."""

    purpose: str
    commercial: bool


class PriceTerms(Value):
    """The price block, in ``currency``. ``rate`` is what the buyer pays, None if not known."""

    currency: str
    per: str
    base: dict[str, Number]
    step: Number
    bias_low: Number
    bias_high: Number
    floor: Number
    cap: Number
    quantum: Number
    rate: Number | None
    settlement: str

    @model_validator(mode="after")
    def _has_standard(self) -> "PriceTerms":
        if "standard" not in self.base:
            raise ValueError("the base price needs a 'standard' tier")
        return self

    def base_for(self, tier: str) -> Decimal:
        """The MID's own price for a standing; a tier without one uses ``standard``."""
        return self.base.get(tier, self.base["standard"])


class Commission(Value):
    """A share of the buyer's money that goes to someone in between; ``percent`` of 100."""

    party: Party
    percent: Number


class Audit(Value):
    """The last audit and what it found."""

    on: date
    result: dict[str, str]


class Terms(Value):
    """Everything a member agrees to, with the MID's share, the parties and the links resolved.

    ``linked`` holds the ids of parties that are tied to the MID, ``withheld`` the names of fields
    that the MID has agreed with the buyer not to show.
    """

    mid_id: str
    mid_name: dict[str, str]
    slug: str
    title: dict[str, str]
    why_wanted: dict[str, str]
    unknowns: dict[str, str]
    collector: Party
    buyers: tuple[Party, ...]
    via: tuple[Party, ...]
    linked: tuple[str, ...]
    remuneration: str
    data: tuple[DataItem, ...]
    purposes: tuple[Purpose, ...]
    access_mode: str
    dp_epsilon: Number | None
    containment: str
    start: date
    end: date
    delete_within_days: int
    storage: tuple[str, ...]
    price: PriceTerms | None
    commissions: tuple[Commission, ...]
    member_share: Number
    group_size: int
    residual_share: Number | None
    audit: Audit | None
    legal_text: dict[str, str]
    # Left out where it is empty, so that term sheets from before it was there keep their hash.
    withheld: tuple[str, ...] = Field(default=(), exclude_if=lambda names: not names)

    @property
    def sensitive(self) -> bool:
        """Whether any of its data is special or sensitive."""
        return any(item.sensitive for item in self.data)

    @property
    def commercial(self) -> bool:
        """Whether any of its purposes is commercial."""
        return any(purpose.commercial for purpose in self.purposes)

    @property
    def cannot_be_called_back(self) -> bool:
        """Whether what the buyer learns stays with them (mission P3f, R14)."""
        return self.access_mode == "copy" or self.containment == "not_contained"

    @property
    def needs_teach_back(self) -> bool:
        """Whether a question stands between the card and the yes (mission R4)."""
        return self.sensitive or self.cannot_be_called_back

    def canonical(self) -> bytes:
        """The term sheet as canonical JSON (RFC 8785)."""
        return rfc8785.dumps(self.model_dump(mode="json"))

    def digest(self) -> str:
        """SHA-256 of the canonical form, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The current version of a term sheet.

    ``floor`` is the oldest version whose yes still holds: the last one that changed materially.
    """

    id: str
    mid_id: str
    slug: str
    version: int
    floor: int
    status: Status
    terms: Terms
    digest: str


class RefusalKind(StrEnum):
    """What a standing refusal can be about. It holds in every MID, now and later."""

    BUYER = "buyer"
    COMMERCIAL = "commercial"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A standing rule: this buyer, commercial uses, or this kind of data (and all under it)."""

    kind: RefusalKind
    value: str

    @property
    def scope(self) -> str:
        """The scope of its events."""
        return f"{self.kind}/{self.value}"

    @classmethod
    def from_scope(cls, scope: str) -> "Refusal":
        """The refusal that an event's scope names."""
        kind, _, value = scope.partition("/")
        return cls(RefusalKind(kind), value)
