"""The sequences of document numbers."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.billing.models import Series


@dataclass(frozen=True, slots=True)
class SeriesRead:
    key: str
    next_number: str


def series_in_use() -> tuple[SeriesRead, ...]:
    """By their keys, with the number that comes next. One query."""
    return tuple(
        SeriesRead(row.key, row.pattern.format(row.next_sequence)) for row in Series.objects.order_by("key")
    )
