"""What happens to a subscription after it was sold. Each change is a fact; its terms are made anew from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account, refuse_closed
from broadbill.catalog.queries.plans import plan_coded
from broadbill.contracts.domain.errors import (
    CurrencyDiffers,
    PlanRetired,
    SubscriptionEnded,
    SubscriptionUnknown,
)
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.models import Subscription, SubscriptionTerm
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.terms import rebuild_terms

When = Literal["now", "period_end"]
# A closed account takes no more of these. Whatever ends or lessens what it has still goes.
NEW_BUSINESS = frozenset({"change_plan", "change_quantity", "change_price", "resume"})


def change_plan(
    *, subscription_id: int, plan: str, on: date, now: datetime, actor: str, when: When = "now"
) -> int:
    """Move to another plan, on the day or at the end of the period it lies in.

    Raises: SubscriptionUnknown, SubscriptionEnded, AccountClosed, PlanUnknown, PlanRetired, CurrencyDiffers.
    """
    to = plan_coded(plan)
    if to.retired_on and to.retired_on <= on:
        raise PlanRetired(plan=plan, retired_on=to.retired_on.isoformat())
    subscription = _find(subscription_id)
    profile = subscription.account.profile
    if profile.currency != to.currency:
        raise CurrencyDiffers(
            plan=plan,
            plan_currency=to.currency,
            account=subscription.account.number,
            account_currency=profile.currency,
        )
    detail = {"plan": plan, **({"when": when} if when != "now" else {})}
    return _change(subscription, "change_plan", on, detail, now, actor)


def change_quantity(*, subscription_id: int, quantity: Decimal, on: date, now: datetime, actor: str) -> int:
    """Raises: SubscriptionUnknown, SubscriptionEnded, AccountClosed, FactRefused."""
    return _change(_find(subscription_id), "change_quantity", on, {"quantity": str(quantity)}, now, actor)


def change_price(
    *, subscription_id: int, charge: str, model: Mapping[str, Any], on: date, now: datetime, actor: str
) -> int:
    """Agree a price for one charge from a day on.

    Raises: SubscriptionUnknown, SubscriptionEnded, AccountClosed, FactRefused.
    """
    detail = {"charge": charge, "model": dict(model)}
    return _change(_find(subscription_id), "change_price", on, detail, now, actor)


def change_bill_day(*, subscription_id: int, day: int, on: date, now: datetime, actor: str) -> int:
    """Begin periods on another day of the month, from the end of the current one."""
    return _change(_find(subscription_id), "change_anchor", on, {"day": day}, now, actor)


def suspend(*, subscription_id: int, on: date, now: datetime, actor: str, billing: str = "pause") -> int:
    """Stop service; `billing` says whether recurring charges `pause` or `continue`."""
    detail = {"billing": billing} if billing != "pause" else {}
    return _change(_find(subscription_id), "suspend", on, detail, now, actor)


def resume(*, subscription_id: int, on: date, now: datetime, actor: str) -> int:
    """Start service again; the day of resuming is charged.

    Raises: SubscriptionUnknown, SubscriptionEnded, AccountClosed.
    """
    return _change(_find(subscription_id), "resume", on, {}, now, actor)


def cancel(*, subscription_id: int, on: date, now: datetime, actor: str, when: When = "now") -> int:
    """End the subscription, on the day or at the end of the period it lies in."""
    return _change(_find(subscription_id), "cancel", on, {"when": when} if when != "now" else {}, now, actor)


def _find(subscription_id: int) -> Subscription:
    found = Subscription.objects.select_related("account__profile").filter(pk=subscription_id).first()
    if found is None:
        raise SubscriptionUnknown(subscription=str(subscription_id))
    return found


@transaction.atomic
def _change(
    subscription: Subscription, kind: str, on: date, detail: dict[str, Any], now: datetime, actor: str
) -> int:
    """Record the fact, make the terms anew, and return the fact's number."""
    account = lock_account(subscription.account_id)
    _refuse_when_not_in_service(subscription, on)
    if kind in NEW_BUSINESS:
        refuse_closed(account, on=on)
    fact = NewFact(
        account_id=subscription.account_id,
        kind=kind,
        effective_on=on,
        subscription_id=subscription.id,
        detail=detail,
    )
    [number] = record_facts(facts=[fact], now=now, actor=actor)
    rebuild_terms(account_id=subscription.account_id, now=now)
    return number


def _refuse_when_not_in_service(subscription: Subscription, on: date) -> None:
    current = SubscriptionTerm.objects.filter(subscription=subscription, superseded_at=None)
    if not current.filter(holds__contains=on).exists():
        raise SubscriptionEnded(
            subscription=f"{subscription.account.number}/{subscription.code}", day=on.isoformat()
        )
