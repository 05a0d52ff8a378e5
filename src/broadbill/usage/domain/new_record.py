"""A usage record before it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRecord:
    """What the meter said. Names and units are those of `usage` in the scenario contract.

    `allow_negative` is for a record that corrects another: it may count backwards.
    """

    account_id: int
    subscription_id: int
    meter: str
    at: datetime
    quantity: Decimal | None = None
    duration_seconds: Decimal | None = None
    to: str | None = None
    inward: Decimal | None = None
    outward: Decimal | None = None
    value: Decimal | None = None
    source_id: str | None = None
    allow_negative: bool = False

    def as_scenario(self) -> dict[str, Any]:
        """The record in the scenario contract's shape, without what it leaves out."""
        told: dict[str, Any] = {
            "id": self.source_id,
            "subscription": str(self.subscription_id),
            "meter": self.meter,
            "at": self.at.isoformat(),
            "quantity": self.quantity,
            "duration_seconds": self.duration_seconds,
            "to": self.to,
            "in": self.inward,
            "out": self.outward,
            "value": self.value,
            "allow_negative": self.allow_negative or None,
        }
        return {key: value for key, value in told.items() if value is not None}
