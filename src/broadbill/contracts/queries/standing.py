"""Why service stands still, and when it was out: read from the facts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from broadbill.contracts.models import Fact


@dataclass(frozen=True, slots=True)
class OutageRead:
    """`subscription_id` is None where everything that the account has was out."""

    subscription_id: int | None
    starts_at: datetime
    ends_at: datetime


def why_suspended(*, account_id: int, subscription_ids: Collection[int]) -> dict[int, str]:
    """The reason of each subscription's last suspension, empty where none was said. One query."""
    rows = Fact.objects.filter(account_id=account_id, kind="suspend", subscription__in=list(subscription_ids))
    reasons = rows.order_by("number").values_list("subscription_id", "detail__reason")
    return {subscription_id: reason or "" for subscription_id, reason in reasons if subscription_id}


def outages_since(*, account_id: int, since: date) -> tuple[OutageRead, ...]:
    """Outages that began on the day or later, latest first, but for those taken back. Two queries."""
    facts = Fact.objects.filter(account_id=account_id)
    taken_back = set(facts.filter(kind="void").values_list("detail__event", flat=True))
    rows = facts.filter(kind="outage", effective_on__gte=since).order_by("-effective_on", "-number")
    return tuple(
        OutageRead(
            row.subscription_id,
            datetime.fromisoformat(row.detail["from"]),
            datetime.fromisoformat(row.detail["to"]),
        )
        for row in rows
        if row.number not in taken_back and str(row.number) not in taken_back
    )
