"""Shift the dates of a bundle, so that the demo's examples are always current."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from service.bundle.schema.bundle import Bundle, StatementSpec
from service.bundle.schema.licence import LicenceSpec

EXAMPLES_WRITTEN: Final = date(2026, 11, 21)
"""The day for which the examples were written: shift them by `today - EXAMPLES_WRITTEN`."""

_DAYS_A_MONTH: Final = Decimal("30.436875")


def shift_dates(bundle: Bundle, days: int) -> Bundle:
    """Shift every date of a bundle by `days`, and every statement by the nearest whole months.

    All statements move by the same number of months, so that no two fall into one month. Dates
    within texts stay as they are.

    Raises:
        OverflowError: a day would leave the calendar.
    """
    by = timedelta(days=days)
    standards = bundle.mid.standards
    mid = bundle.mid
    if standards is not None:
        standards = standards.model_copy(update={"on": standards.on + by})
        mid = mid.model_copy(update={"standards": standards})
    months = round(days / _DAYS_A_MONTH)
    return bundle.model_copy(
        update={
            "mid": mid,
            "licences": [_shift_licence(licence, by) for licence in bundle.licences],
            "statements": [_shift_statement(statement, months) for statement in bundle.statements],
        }
    )


def _shift_licence(licence: LicenceSpec, by: timedelta) -> LicenceSpec:
    audit = licence.audit
    if audit is not None:
        audit = audit.model_copy(update={"on": audit.on + by})
    return licence.model_copy(
        update={"start": licence.start + by, "end": licence.end + by, "audit": audit}
    )


def _shift_statement(statement: StatementSpec, months: int) -> StatementSpec:
    year, month = map(int, statement.period.split("-"))
    year, month = divmod(year * 12 + month - 1 + months, 12)
    return statement.model_copy(update={"period": f"{year:04d}-{month + 1:02d}"})
