"""The sum of a day as rating reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from broadbill.core import tabbed
from broadbill.core.rating import UsageRecord


@lru_cache(maxsize=4096)
def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


class RollUp(NamedTuple):
    """What a meter of a subscription summed up to on a local day, of what became known on one day.

    `first_number` and `last_number` are those of its first and last record.
    """

    subscription: str
    meter: str
    used_on: date
    recorded_on: date
    records: int
    first_number: int
    last_number: int
    quantity: Decimal

    def as_record(self) -> UsageRecord:
        """The day as one record, whose key tells a person which records it stands for."""
        subscription, meter, used_on, recorded_on, records, first, last, quantity = self
        which = f"record {first}" if records == 1 else f"{records} records, numbers {first} to {last}"
        # By place, in the order of its fields: that takes half the time of keywords, and runs make millions.
        return UsageRecord(
            f"{meter} on {tabbed.day(used_on)}: {which}",
            subscription,
            meter,
            _midnight(used_on),
            used_on,
            recorded_on,
            quantity,
        )
