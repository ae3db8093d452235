"""Value types that every topic may use."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

Texts = Mapping[str, str]
"""A text that a MID wrote, by language code."""


class Value(BaseModel):
    """Base of immutable values that are stored as JSON: renaming a field is a format change."""

    model_config = ConfigDict(frozen=True, extra="forbid")
