"""The sum of a day as rating reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from broadbill.core.rating import UsageRecord


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
        return UsageRecord(
            key=self._told(),
            subscription=self.subscription,
            meter=self.meter,
            at=datetime.combine(self.used_on, time.min, UTC),
            day=self.used_on,
            recorded=self.recorded_on,
            quantity=self.quantity,
        )

    def _told(self) -> str:
        head, first = f"{self.meter} on {self.used_on}", self.first_number
        if self.records == 1:
            return f"{head}: record {first}"
        return f"{head}: {self.records} records, numbers {first} to {self.last_number}"
