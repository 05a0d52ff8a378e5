"""A fact as it is asked for, before it has a number, and its shape as an event of the scenario contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class NewFact:
    """`detail` holds the event's keys other than `do`, `at` and `id`."""

    account_id: int
    kind: str
    effective_on: date
    subscription_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_event(self) -> dict[str, Any]:
        return event_of(self.kind, self.effective_on, self.subscription_id, self.detail)


def event_of(
    kind: str, effective_on: date, subscription_id: int | None, detail: Mapping[str, Any]
) -> dict[str, Any]:
    """The fact as an event of SCENARIO.md. A subscription's name there is its id."""
    event: dict[str, Any] = {"do": kind, "at": effective_on.isoformat(), **detail}
    if subscription_id is not None:
        event["id"] = str(subscription_id)
    return event
