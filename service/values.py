"""Value types that every topic may use."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

Texts = Mapping[str, str]
"""A MID's own text, by language."""


class Value(BaseModel):
    """A frozen value that is also stored as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")
