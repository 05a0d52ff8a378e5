"""What is asked of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.core.errors import DomainError
from broadbill.core.period import Period

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """Months from the first day of `period` to its last, in one currency.

    `by` is the grouping's key. `only` keeps one group of the first grouping that is not by month. `sort` is a column,
    largest first; empty is the report's own order.
    """

    period: Period
    currency: str
    by: str
    today: date
    only: str = ""
    sort: str = ""


def usual_months(span: str, today: date) -> Period:
    """A year of calendar months: up to the one that holds today or, of what is `ahead`, from it on."""
    this = Period.month(today)
    if span == "ahead":
        return Period(this.starts, _months_on(this.starts, MONTHS_SHOWN))
    return Period(_months_on(this.ends, -MONTHS_SHOWN), this.ends)


def _months_on(first: date, months: int) -> date:
    """The first day of the month so many months after (or before) another first day."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


@dataclass(kw_only=True, eq=False)
class ReportUnknown(DomainError):
    """No report has this name."""

    code = "reports.unknown"
    message = "There is no report {report}. See `broadbill report list`."
    report: str


@dataclass(kw_only=True, eq=False)
class GroupingUnknown(DomainError):
    """A report cannot be grouped or sorted so."""

    code = "reports.grouping_unknown"
    message = "The report {report} has no {asked}. It has {known}."
    report: str
    asked: str
    known: str


@dataclass(kw_only=True, eq=False)
class MonthsRefused(DomainError):
    """The months asked for run backwards or are too many."""

    code = "reports.months_refused"
    message = "The months from {first} to {last} cannot be shown: {reason}."
    first: str
    last: str
    reason: str


def months_between(first: date, last: date) -> Period:
    """Every month from the one that holds `first` to the one that holds `last`. Raises: MonthsRefused."""
    starts, ends = Period.month(first).starts, Period.month(last).ends
    if ends <= starts:
        raise MonthsRefused(
            first=f"{first:%Y-%m}", last=f"{last:%Y-%m}", reason="the last is before the first"
        )
    if (ends.year - starts.year) * 12 + ends.month - starts.month > 120:
        raise MonthsRefused(first=f"{first:%Y-%m}", last=f"{last:%Y-%m}", reason="ten years are the most")
    return Period(starts, ends)
