"""The tax rates as a list of their own, those that are over too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from broadbill.tax.models import Rate


@dataclass(frozen=True, slots=True)
class RateRead:
    """`starts` is its first day, `ends` the first on which it no longer holds; None is without end."""

    id: int
    name: str
    category: str
    percent: Decimal
    region: str
    is_inclusive: bool
    starts: date | None
    ends: date | None


def rates() -> tuple[RateRead, ...]:
    """By category and name, the latest first. One query."""
    found = Rate.objects.select_related("category").order_by(
        "category__name", "name", "region", "-valid", "-id"
    )
    return tuple(
        RateRead(
            row.id,
            row.name,
            row.category.name,
            row.percent,
            row.region,
            row.inclusive,
            row.valid.lower,
            row.valid.upper,
        )
        for row in found
    )
