"""Tax on a debt that was written off: from when it is given back, and how much of it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """What is given back of a tax, and of what it was charged on, in minor units."""

    base: int
    tax: int


def given_back_from(*, due_on: date, written_off_on: date, months: int) -> date:
    """The first day: so many months after the invoice was due, and not before the debt is written off.

    Source: VAT Notice 700/18 §2.2 (GB, 6 months from the day payment was due); § 17 (2) 1 UStG (DE) and § 16 (3) 1 UStG
    (AT), as soon as it cannot be collected: 0 months.
    """
    years, month = divmod(due_on.month - 1 + months, 12)
    year, month = due_on.year + years, month + 1
    day = min(due_on.day, calendar.monthrange(year, month)[1])
    return max(date(year, month, day), written_off_on)


def share_of(*, base: int, tax: int, total: int, earlier: int, amount: int) -> Share:
    """The share of a tax that a write-off is of the document's total, with tax.

    `earlier` of the total was given back before, so that several write-offs of one document come to no more than the
    tax, and of all of it to exactly that. Minor units, half-up.
    """
    return Share(
        *(_up_to(part, total, earlier + amount) - _up_to(part, total, earlier) for part in (base, tax))
    )


def _up_to(part: int, total: int, amount: int) -> int:
    return int((Decimal(part) * amount / total).quantize(Decimal(1), ROUND_HALF_UP))
