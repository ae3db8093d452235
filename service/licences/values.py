"""Term sheets as members agree to them: resolved, versioned, hashed; and refusals of them."""

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
    """A number without trailing zeros or exponent, as it is hashed and compared."""
    return format(number.normalize(), "f")


# "2.0" and "2.00" are the same amount and must hash the same.
Number = Annotated[Decimal, PlainSerializer(plain, when_used="json")]


class LicenceStatus(StrEnum):
    """The stage of a licence in its life cycle, as set by the MID."""

    DRAFT = "draft"
    OFFERED = "offered"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class DataItem(Value):
    """A category of data: a DPV term, its origin, and whether it is sensitive."""

    category: str
    origin: str
    sensitive: bool
    optional: bool = False


class Purpose(Value):
    """A purpose: a DPV term, and whether it is commercial."""

    purpose: str
    commercial: bool


class PriceTerms(Value):
    """The price terms, in ``currency``. ``rate`` is what the buyer pays; None if unknown."""

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
        """The base price of a tier; a tier without one has that of ``standard``."""
        return self.base.get(tier, self.base["standard"])


class Commission(Value):
    """A share of the buyer's payment that goes to an intermediary; ``percent`` of 100."""

    party: Party
    percent: Number


class Audit(Value):
    """The last audit and its result."""

    on: date
    result: dict[str, str]


class Terms(Value):
    """Everything a member agrees to, with the MID's share, the parties and the links resolved.

    ``linked`` holds the ids of parties affiliated with the MID, ``withheld`` the names of fields
    that the MID has agreed with the buyer not to show. Stored and hashed: a field added to it must
    have ``exclude_if``, or every stored digest changes.
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
    # Excluded while empty, so that term sheets from before this field existed keep their hash.
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
        """Whether the buyer keeps the data or what was learned from it after the end."""
        return self.access_mode == "copy" or self.containment == "not_contained"

    @property
    def needs_teach_back(self) -> bool:
        """Whether a teach-back question must be answered before a yes."""
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

    ``floor`` is the oldest version whose yes still holds: the latest with a material change.
    """

    id: str
    mid_id: str
    slug: str
    version: int
    floor: int
    status: LicenceStatus
    terms: Terms
    digest: str


class RefusalKind(StrEnum):
    """What a standing refusal is about. It holds in every MID, for present and future offers."""

    BUYER = "buyer"
    COMMERCIAL = "commercial"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A standing refusal of a buyer, of commercial use, or of a data category and all below it."""

    kind: RefusalKind
    value: str

    @property
    def scope(self) -> str:
        """The scope of its events."""
        return f"{self.kind}/{self.value}"

    @classmethod
    def from_scope(cls, scope: str) -> "Refusal":
        """The refusal with this event scope."""
        kind, _, value = scope.partition("/")
        return cls(RefusalKind(kind), value)
