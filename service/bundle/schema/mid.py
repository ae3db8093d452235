"""The blocks of a bundle about the MID itself and about the parties it deals with."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from service.bundle.schema.checks import FieldRefusedError, quote, unique, zone_known
from service.bundle.schema.fields import (
    LIMITS,
    About,
    Day,
    Email,
    Label,
    Lang,
    Line,
    Name,
    NameText,
    Percent,
    Place,
    QuietHours,
    Reason,
    Share,
    Slug,
    Spec,
    StandardsText,
    Url,
    Zone,
)

LegalForm = Literal[
    "cooperative", "nonprofit", "union", "association", "guild", "company", "public_body"
]
FundingKind = Literal[
    "member_dues", "licence_fees", "grants", "donations", "public_funding", "investment",
    "loans", "services", "other",
]  # fmt: skip
PartyClass = Literal[
    "company", "research", "insurer", "bank", "employer", "health_provider", "public_body",
    "law_enforcement", "political", "media", "data_broker", "nonprofit", "mid",
]  # fmt: skip

UNDISCLOSED = frozenset({
    "undisclosed", "confidential", "unknown", "anonymous", "secret", "n/a", "na", "tbd", "none",
})  # fmt: skip
"""Names that name nobody. Members must know who gets their data: such a party needs a reason."""


class ContactSpec(Spec):
    """How a member reaches a person at the MID."""

    model_config = ConfigDict(title="Contact")

    email: Email
    """where members write to"""
    reply_within_hours: int = Field(ge=1, le=LIMITS["reply_within_hours"])
    """hours within which the MID promises an answer"""
    staff_hours: Line
    """when staff are there, ending in a time zone: Mo-Fr 09:00-17:00 Europe/Madrid"""

    @property
    def zone(self) -> str | None:
        """The IANA zone that ends `staff_hours`, or None when it names none."""
        last = self.staff_hours.rsplit(maxsplit=1)[-1]
        return last if zone_known(last) else None

    @field_validator("staff_hours")
    @classmethod
    def _zone_exists(cls, hours: str) -> str:
        last = hours.rsplit(maxsplit=1)[-1]
        if "/" in last and not zone_known(last):
            raise FieldRefusedError(
                f"{quote(last)} is no time zone", "end with an IANA name, such as Europe/Madrid"
            )
        return hours


class ComplaintSpec(Spec):
    """Someone outside the MID to whom a member can complain."""

    model_config = ConfigDict(title="Complaint")

    role: Literal["auditor", "authority", "ombudsperson", "board", "other"]
    """what this body is to the MID"""
    name: Name
    """its name"""
    contact: Line
    """its e-mail address or web page"""


class FundingSpec(Spec):
    """One source of the MID's money."""

    model_config = ConfigDict(title="Funding")

    kind: FundingKind
    """where the money comes from"""
    percent: Percent
    """its part of the whole, in percent; all parts sum to 100"""
    volume_proportional: bool
    """true when more data sold means more of this money"""


class AttentionSpec(Spec):
    """How much of a member's attention the MID may take."""

    model_config = ConfigDict(title="Attention")

    quiet_hours: QuietHours
    """when nothing is sent; 00:00-00:00 means never quiet"""
    notices_per_week: int = Field(ge=0, le=LIMITS["notices_per_week"])
    """notices a member gets in a week at most"""


class NoticesSpec(Spec):
    """How carefully the MID sends notices."""

    model_config = ConfigDict(title="Notices")

    second_person_above: int | None = Field(default=None, ge=0, le=LIMITS["group_size"])
    """above this number of people a second person has to approve; none: never"""
    hold_minutes: int = Field(default=0, ge=0, le=LIMITS["hold_minutes"])
    """minutes between approval and the first message"""


class StandardsSpec(Spec):
    """The rules the MID holds itself to: a text, or where to read them."""

    model_config = ConfigDict(title="Standards")

    version: Line
    """which edition"""
    on: Day
    """the day it was adopted"""
    text: StandardsText | None = None
    """the rules themselves"""
    url: Url | None = None
    """where to read them"""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.text is None) == (self.url is None):
            raise FieldRefusedError(
                "the standards need a text or a url, one of the two", "write just one"
            )
        return self


class KnobSpec(Spec):
    """A knob members see, under the MID's own name for it."""

    id: Literal["price", "time"]
    """which knob"""
    label: Label
    """its name on the screen"""


class LabelsSpec(Spec):
    """The MID's own words for the roles, such as "colleague" for a member."""

    model_config = ConfigDict(title="Labels")

    member: Label | None = None
    """what the MID calls a member"""
    group: Label | None = None
    """what the MID calls itself as a group"""


class MidSpec(Spec):
    """The MID: who it is, how it is paid, how it may be reached."""

    id: Slug
    """the MID's id, for ever"""
    name: NameText
    """its name"""
    about: About
    """what it is, in two sentences"""
    legal_form: LegalForm
    """its legal form"""
    jurisdiction: Place
    """whose law applies: EU, a country's two letters, or a part of it such as US-CA"""
    languages: Annotated[list[Lang], Field(min_length=1), AfterValidator(unique)]
    """the languages the MID writes in, its own first"""
    contact: ContactSpec
    """how to reach a person"""
    complaints: Annotated[list[ComplaintSpec], Field(max_length=LIMITS["names"])] = Field(
        default_factory=list
    )
    """who hears complaints about the MID"""
    time_zone: Zone | None = None
    """its time zone; default the one in staff_hours, else UTC"""
    privacy_policy: Url
    """its privacy policy on the web"""
    funding: Annotated[list[FundingSpec], Field(min_length=1)]
    """where its money comes from"""
    affiliates: Annotated[
        list[Slug], Field(max_length=LIMITS["names"]), AfterValidator(unique)
    ] = Field(default_factory=list)
    """parties linked to the MID; members are told where they choose"""
    member_share: Share
    """the members' part of what buyers pay, 0 to 1; a licence may set its own"""
    attention: AttentionSpec
    """quiet hours and how many notices"""
    notices: NoticesSpec = Field(default_factory=NoticesSpec)
    """how carefully notices are sent"""
    small_group: int = Field(default=10, ge=2, le=1000)
    """no figure about fewer people than this leaves the service"""
    model_level: int | None = Field(default=None, ge=0, le=3)
    """the most that may leave for an AI model about this MID's members: 0 nothing, 1 no values, 2
    rounded values, 3 values; without it, what the service's own setting lets out"""
    standards: StandardsSpec | None = None
    """the rules the MID holds itself to"""
    knobs: Annotated[list[KnobSpec], Field(max_length=LIMITS["knobs"])] = Field(
        default_factory=list
    )
    """the knobs members see, at most 3; none means the price knob under its usual name"""
    labels: LabelsSpec | None = None
    """the MID's own words for roles"""
    invite_days: int = Field(default=7, ge=1, le=LIMITS["invite_days"])
    """days an invite stays good"""

    @property
    def zone(self) -> str:
        """The IANA name of the zone that decides quiet hours until a member sets their own."""
        return self.time_zone or self.contact.zone or "UTC"

    @field_validator("funding")
    @classmethod
    def _funding_is_whole(cls, funding: list[FundingSpec]) -> list[FundingSpec]:
        total = sum(source.percent for source in funding)
        if total != 100:  # noqa: PLR2004 - percent
            raise FieldRefusedError(f"the parts sum to {total} percent", "make them sum to 100")
        return funding

    @field_validator("knobs")
    @classmethod
    def _knobs_differ(cls, knobs: list[KnobSpec]) -> list[KnobSpec]:
        unique([knob.id for knob in knobs])
        return knobs


class PartySpec(Spec):
    """Someone other than the MID who collects, buys, passes on or is linked."""

    id: Slug
    """the party's id, as licences name it"""
    name: Name
    """its name as members know it"""
    class_: PartyClass = Field(alias="class")
    """what kind of organisation it is; never confidential"""
    country: Place
    """where it is seated"""
    undisclosed_reason: Reason | None = None
    """why a party is not named; only then may its name be "undisclosed\""""

    @model_validator(mode="after")
    def _named_or_explained(self) -> Self:
        if self.name.casefold() in UNDISCLOSED and self.undisclosed_reason is None:
            raise FieldRefusedError(
                f"{quote(self.name)} names nobody, and no reason is given",
                "write the party's name, or why it stays unnamed as `undisclosed_reason`",
            )
        return self
