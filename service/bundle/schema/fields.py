"""The types of value in a bundle, every limit on them in one table, and its JSON Schema."""

import json
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
from pydantic.json_schema import GenerateJsonSchema

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
"""Every limit of a bundle. Screens and database columns rely on them."""

Lang = Literal["en", "es", "fr", "pt_BR", "ru", "ar", "hi", "zh_Hans"]


class Spec(BaseModel):
    """A block of a file: frozen, without unknown keys, and no value is converted silently."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class _SchemaByTitle(GenerateJsonSchema):
    """Names a definition by its model's title, so that a renamed class changes no `$ref`."""

    def normalize_name(self, name: str) -> str:
        titles = {spec.__name__: spec.model_config.get("title") for spec in Spec.__subclasses__()}
        return super().normalize_name(titles.get(name) or name)


def dump_schema(model: type[Spec], title: str) -> str:
    """Write the JSON Schema of a whole file as indented JSON."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(schema_generator=_SchemaByTitle),
        "title": title,
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _text(limit: str) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=LIMITS[limit])


Name = Annotated[str, _text("name"), AfterValidator(checks.one_line)]
Line = Annotated[str, _text("contact"), AfterValidator(checks.one_line)]
Example = Annotated[str, _text("example"), AfterValidator(checks.one_line)]

_one_line = AfterValidator(checks.one_line)
_lines = AfterValidator(checks.lines)
_not_empty = Field(min_length=1)
NameText = Annotated[dict[Lang, Annotated[str, _text("name"), _one_line]], _not_empty]
Title = Annotated[dict[Lang, Annotated[str, _text("title"), _one_line]], _not_empty]
Label = Annotated[dict[Lang, Annotated[str, _text("label"), _one_line]], _not_empty]
WhyWanted = Annotated[dict[Lang, Annotated[str, _text("why_wanted"), _lines]], _not_empty]
Unknowns = Annotated[dict[Lang, Annotated[str, _text("unknowns"), _lines]], _not_empty]
About = Annotated[dict[Lang, Annotated[str, _text("about"), _lines]], _not_empty]
AuditResult = Annotated[dict[Lang, Annotated[str, _text("audit_result"), _lines]], _not_empty]
Reason = Annotated[dict[Lang, Annotated[str, _text("reason"), _lines]], _not_empty]
StandardsText = Annotated[dict[Lang, Annotated[str, _text("standards"), _lines]], _not_empty]
LegalText = Annotated[dict[Lang, Annotated[str, _text("legal_text"), _lines]], _not_empty]
Question = Annotated[dict[Lang, Annotated[str, _text("question"), _one_line]], _not_empty]
Answer = Annotated[dict[Lang, Annotated[str, _text("answer"), _lines]], _not_empty]

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
