"""Move a bundle in time, so that the demo's examples never go stale."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from service.bundle.schema.bundle import Bundle, StatementSpec
from service.bundle.schema.licence import LicenceSpec

EXAMPLES_WRITTEN: Final = date(2026, 11, 21)
"""The day the example bundles are about; `today - EXAMPLES_WRITTEN` is how far to shift them."""

_DAYS_A_MONTH: Final = Decimal("30.436875")


def shift(bundle: Bundle, days: int) -> Bundle:
    """Move every day of the bundle by `days`, and every statement by the nearest whole months.

    All statements move by the same number of months, so that two never fall into one. Words in
    texts, such as a day named in a legal text, stay as they are.

    Raises:
        OverflowError: a day would leave the calendar.
    """
    by = timedelta(days=days)
    standards = bundle.mid.standards
    mid = bundle.mid
    if standards is not None:
        moved = standards.model_copy(update={"on": standards.on + by})
        mid = mid.model_copy(update={"standards": moved})
    months = round(days / _DAYS_A_MONTH)
    return bundle.model_copy(
        update={
            "mid": mid,
            "licences": [_licence(licence, by) for licence in bundle.licences],
            "statements": [_statement(statement, months) for statement in bundle.statements],
        }
    )


def _licence(licence: LicenceSpec, by: timedelta) -> LicenceSpec:
    audit = licence.audit
    if audit is not None:
        audit = audit.model_copy(update={"on": audit.on + by})
    return licence.model_copy(
        update={"start": licence.start + by, "end": licence.end + by, "audit": audit}
    )


def _statement(statement: StatementSpec, months: int) -> StatementSpec:
    year, month = map(int, statement.period.split("-"))
    year, month = divmod(year * 12 + month - 1 + months, 12)
    return statement.model_copy(update={"period": f"{year:04d}-{month + 1:02d}"})
