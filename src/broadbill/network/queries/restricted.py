"""Which of an account's subscriptions are shut into their walled garden while in service, since when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadbill.network.models import Restriction


@dataclass(frozen=True, slots=True)
class Restricted:
    """The oldest restriction that holds."""

    reason: str
    since: datetime


def restricted_subscriptions(account_id: int) -> dict[int, Restricted]:
    """By subscription. One query."""
    rows = Restriction.objects.filter(subscription__account_id=account_id, ends_at=None)
    found: dict[int, Restricted] = {}
    for row in rows.order_by("starts_at"):
        found.setdefault(row.subscription_id, Restricted(row.reason, row.starts_at))
    return found
