"""The kinds of value a bundle is made of, and every limit on them in one table."""

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from service.bundle.schema import checks
from service.bundle.schema.checks import patterned
from service.licences.values import plain

LIMITS: Final = MappingProxyType(
    {
        # Characters of one text in one language.
        "title": 80,
        "name": 80,
        "label": 40,
        "why_wanted": 200,
        "unknowns": 200,
        "about": 300,
        "audit_result": 300,
        "reason": 200,
        "standards": 2_000,
        "legal_text": 20_000,
        "question": 150,
        "answer": 1_000,
        "example": 100,
        "contact": 200,
        "notice_body": 2_000,
        # Numbers.
        "knobs": 3,
        "names": 8,
        "kinds": 12,
        "invite_days": 90,
        "reply_within_hours": 720,
        "notices_per_week": 50,
        "notice_answers": 3,
        "notice_refs": 10_000,
        "hold_minutes": 10_080,
        "delete_within_days": 3_650,
        "licence_years": 50,
        "version": 1_000_000,
        "group_size": 1_000_000_000,
    }
)
"""Every limit of a bundle. A screen or a row of the store may rely on them."""

Lang = Literal["en", "es", "fr", "pt_BR", "ru", "ar", "hi", "zh_Hans"]


class Spec(BaseModel):
    """A block of a bundle: frozen, no unknown keys, nothing converted silently."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


def _text(limit: str) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=LIMITS[limit])


Name = Annotated[str, _text("name"), AfterValidator(checks.one_line)]
Line = Annotated[str, _text("contact"), AfterValidator(checks.one_line)]
Example = Annotated[str, _text("example"), AfterValidator(checks.one_line)]

_one = AfterValidator(checks.one_line)
_many = AfterValidator(checks.lines)
_any = Field(min_length=1)
NameText = Annotated[dict[Lang, Annotated[str, _text("name"), _one]], _any]
Title = Annotated[dict[Lang, Annotated[str, _text("title"), _one]], _any]
Label = Annotated[dict[Lang, Annotated[str, _text("label"), _one]], _any]
WhyWanted = Annotated[dict[Lang, Annotated[str, _text("why_wanted"), _many]], _any]
Unknowns = Annotated[dict[Lang, Annotated[str, _text("unknowns"), _many]], _any]
About = Annotated[dict[Lang, Annotated[str, _text("about"), _many]], _any]
AuditResult = Annotated[dict[Lang, Annotated[str, _text("audit_result"), _many]], _any]
Reason = Annotated[dict[Lang, Annotated[str, _text("reason"), _many]], _any]
StandardsText = Annotated[dict[Lang, Annotated[str, _text("standards"), _many]], _any]
LegalText = Annotated[dict[Lang, Annotated[str, _text("legal_text"), _many]], _any]
Question = Annotated[dict[Lang, Annotated[str, _text("question"), _one]], _any]
Answer = Annotated[dict[Lang, Annotated[str, _text("answer"), _many]], _any]

_number = WithJsonSchema(
    {"anyOf": [{"type": "string", "pattern": f"^{checks.DECIMAL.pattern}$"}, {"type": "integer"}]}
)
_written = PlainSerializer(plain, when_used="json")
Signed = Annotated[Decimal, BeforeValidator(checks.decimal), _written, _number]
Money = Annotated[Signed, AfterValidator(checks.between("0", None))]
Above = Annotated[Signed, AfterValidator(checks.above_zero)]
Share = Annotated[Signed, AfterValidator(checks.between("0", "1"))]
Percent = Annotated[Signed, AfterValidator(checks.between("0", "100"))]
Day = Annotated[
    date, BeforeValidator(checks.day), WithJsonSchema({"type": "string", "format": "date"})
]
LastDay = Annotated[
    date, BeforeValidator(checks.last_day), WithJsonSchema({"type": "string", "format": "date"})
]

Slug = Annotated[
    str,
    patterned(r"[a-z0-9-]{1,40}", "an id", "use a-z, 0-9 and -, at most 40 characters"),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9-]{1,40}$"}),
]
Ref = Annotated[
    str,
    patterned(
        r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}",
        "a member's ref",
        "use the MID's own member number: letters, digits and . _ : / -; never a Telegram name",
    ),
]
Email = Annotated[
    str,
    _text("contact"),
    patterned(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address", "write it as help@nurses.example"),
]
Url = Annotated[
    str,
    _text("contact"),
    patterned(r"https?://[^\s/]+\S*", "a web address", "write it as https://nurses.example"),
]
QuietHours = Annotated[
    str,
    patterned(
        r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]",
        "two times of day",
        'write them as "21:00-08:00", or "00:00-00:00" for none',
    ),
]
Month = Annotated[
    str, patterned(r"20[0-9]{2}-(0[1-9]|1[0-2])", "a month", 'write it as "2026-09"')
]
Place = Annotated[
    str,
    patterned(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "a place", "write EU or a country's two letters: ES"),
    AfterValidator(checks.place),
]
Currency = Annotated[str, AfterValidator(checks.currency)]
Zone = Annotated[str, AfterValidator(checks.zone)]
Purpose = Annotated[str, AfterValidator(checks.purpose)]
Category = Annotated[str, AfterValidator(checks.category)]
