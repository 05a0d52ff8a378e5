"""What was said already of subscriptions and is still to come: another plan, another number, the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from broadbill.contracts.models import SubscriptionTerm


@dataclass(frozen=True, slots=True)
class Coming:
    """What a subscription will be from a day on; `plan_name` is None where it ends on that day."""

    on: date
    plan_name: str | None
    quantity: Decimal


def coming_changes(*, account_id: int, as_of: date) -> Mapping[int, Coming]:
    """The next change of each of an account's subscriptions that has one, by the subscription's id. One query.

    Suspending and resuming are none, and a subscription that has not begun yet has none.
    """
    terms = SubscriptionTerm.objects.filter(
        Q(holds__endswith=None) | Q(holds__endswith__gt=as_of),
        subscription__account_id=account_id,
        superseded_at=None,
    )
    found: dict[int, Coming] = {}
    last: dict[int, SubscriptionTerm] = {}
    for term in terms.select_related("plan").order_by("subscription_id", "holds"):
        before = last.get(term.subscription_id)
        if before is None and term.holds.lower > as_of:
            continue
        last[term.subscription_id] = term
        if before is not None and (before.plan_id, before.quantity) != (term.plan_id, term.quantity):
            found.setdefault(term.subscription_id, Coming(term.holds.lower, term.plan.name, term.quantity))
    for subscription_id, term in last.items():
        if term.holds.upper is not None:
            found.setdefault(subscription_id, Coming(term.holds.upper, None, Decimal(0)))
    return found
