"""A MID's description of itself. These models are stored as JSON."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from service.values import Value


class Party(Value):
    """An organisation that a licence names. ``kind`` is its class: company, insurer, mid, ..."""

    id: str
    name: str
    kind: str
    country: str


class Contact(Value):
    """How to reach a person at the MID, and how soon they answer."""

    email: str
    reply_within_hours: int
    staff_hours: str


class Complaint(Value):
    """A body that takes complaints: an auditor, an authority."""

    role: str
    name: str
    contact: str


class Funding(Value):
    """A source of a MID's income; ``percent`` of 100."""

    kind: str
    percent: Decimal
    volume_proportional: bool


class Standards(Value):
    """The rules that a MID sets itself, with version and date."""

    version: str
    on: date
    text: dict[str, str] = Field(default_factory=dict)
    url: str | None = None


class Mid(Value):
    """A mediator of individual data (MID).

    ``model_level`` limits what may be sent to a language model about its members: 0 (nothing)
    to 3; None means no limit of its own.
    """

    id: str
    name: dict[str, str]
    about: dict[str, str]
    legal_form: str
    jurisdiction: str
    languages: tuple[str, ...]
    contact: Contact
    complaints: tuple[Complaint, ...]
    zone: str
    privacy_policy: str
    funding: tuple[Funding, ...]
    affiliates: tuple[Party, ...]
    member_share: Decimal
    quiet_hours: str
    notices_per_week: int
    small_group: int
    invite_days: int
    second_person_above: int | None = None
    hold_minutes: int = 0
    model_level: int | None = None
    standards: Standards | None = None
    labels: dict[str, dict[str, str]] = Field(default_factory=dict)

    @property
    def earns_by_volume_only(self) -> bool:
        """Whether all its income grows with the volume of data. Members are told so."""
        return all(source.volume_proportional for source in self.funding)
