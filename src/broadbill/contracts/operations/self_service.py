"""What customers change by themselves: to a plan that is offered, an extra more or less, another number of it.

Each is the operation that the office uses, with two questions before it: whether the catalog offers it, and whether
the account is still as the customer saw it when they agreed. `seen_facts` is the number of facts then
(`contracts.queries.facts_seen`); sending an agreement twice therefore changes one thing once.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_account
from broadbill.catalog.domain.offering import OfferedAs, Offering
from broadbill.catalog.models import Plan
from broadbill.catalog.queries.offering import offering_of
from broadbill.catalog.queries.plans import plan_coded
from broadbill.contracts.domain.errors import SubscriptionEnded, SubscriptionUnknown
from broadbill.contracts.domain.self_service_errors import (
    AlreadyChanging,
    ChangedMeanwhile,
    NotOffered,
    TooMany,
)
from broadbill.contracts.models import Subscription, SubscriptionTerm
from broadbill.contracts.operations.changes import cancel, change_plan, change_quantity
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe
from broadbill.contracts.queries.coming import coming_changes
from broadbill.contracts.queries.self_service import effective_day
from broadbill.contracts.queries.terms import lives_of


@transaction.atomic
def take_plan(
    *, account_id: int, subscription_id: int, plan: str, seen_facts: int, on: date, now: datetime, actor: str
) -> None:
    """Change to an offered plan, from the day on or at the end of its period, as the plan says.

    Raises: NotOffered, ChangedMeanwhile, SubscriptionUnknown, AlreadyChanging, and what `change_plan` raises.
    """
    _as_seen(account_id, seen_facts)
    term = _served(account_id, subscription_id, on)
    to = plan_coded(plan)
    offering = _offered(to, "plan")
    if to.prepaid != term.plan.prepaid or offering_of(term.plan).kind == "extra":
        raise NotOffered(plan=to.name)
    change_plan(subscription_id=subscription_id, plan=plan, on=on, when=offering.when, now=now, actor=actor)


@transaction.atomic
def add_extra(
    *, account_id: int, plan: str, quantity: Decimal, seen_facts: int, on: date, now: datetime, actor: str
) -> int:
    """Subscribe to an offered extra from the day on, and return the subscription's id.

    Raises: NotOffered, TooMany, ChangedMeanwhile, and what `subscribe` raises.
    """
    _as_seen(account_id, seen_facts)
    extra = plan_coded(plan)
    _refuse_number(extra, _offered(extra, "extra"), quantity)
    new = NewSubscription(account_id=account_id, plan=extra, starts_on=on, quantity=quantity)
    return subscribe(subscription=new, now=now, actor=actor)


@transaction.atomic
def stop_extra(
    *, account_id: int, subscription_id: int, seen_facts: int, on: date, now: datetime, actor: str
) -> None:
    """End an extra, on the day or at the end of its period, as its plan says.

    Raises: NotOffered, ChangedMeanwhile, SubscriptionUnknown, AlreadyChanging, and what `cancel` raises.
    """
    _as_seen(account_id, seen_facts)
    offering = _offered(_served(account_id, subscription_id, on).plan, "extra")
    cancel(subscription_id=subscription_id, on=on, when=offering.when, now=now, actor=actor)


@transaction.atomic
def change_number(
    *,
    account_id: int,
    subscription_id: int,
    quantity: Decimal,
    seen_facts: int,
    on: date,
    now: datetime,
    actor: str,
) -> None:
    """Have more or fewer of something, from the day on or from the end of its period, as its plan says.

    Raises: NotOffered, TooMany, ChangedMeanwhile, SubscriptionUnknown, AlreadyChanging, and what `change_quantity`
    raises.
    """
    account = _as_seen(account_id, seen_facts)
    plan = _served(account_id, subscription_id, on).plan
    offering = offering_of(plan)
    if not offering.kind:
        raise NotOffered(plan=plan.name)
    _refuse_number(plan, offering, quantity)
    change_quantity(
        subscription_id=subscription_id,
        quantity=quantity,
        on=effective_day(lives_of(account)[subscription_id], offering.when, on),
        now=now,
        actor=actor,
    )


def _as_seen(account_id: int, seen_facts: int) -> Account:
    """The account, locked until the transaction ends. Raises: ChangedMeanwhile."""
    account = lock_account(account_id)
    if account.facts_recorded != seen_facts:
        raise ChangedMeanwhile
    return account


def _served(account_id: int, subscription_id: int, on: date) -> SubscriptionTerm:
    """What one of the account's subscriptions is on the day, while it is served and nothing of it is to come.

    Raises: SubscriptionUnknown, SubscriptionEnded, AlreadyChanging.
    """
    subscription = Subscription.objects.filter(pk=subscription_id, account_id=account_id).first()
    if subscription is None:
        raise SubscriptionUnknown(subscription=str(subscription_id))
    terms = SubscriptionTerm.objects.select_related("plan").filter(
        subscription=subscription, superseded_at=None, holds__contains=on, state=SubscriptionTerm.State.ACTIVE
    )
    term = terms.first()
    if term is None:
        raise SubscriptionEnded(subscription=subscription.code, day=on.isoformat())
    coming = coming_changes(account_id=account_id, as_of=on).get(subscription_id)
    if coming is not None:
        raise AlreadyChanging(subscription=term.plan.name, day=coming.on.isoformat())
    return term


def _offered(plan: Plan, kind: OfferedAs) -> Offering:
    """Raises: NotOffered."""
    offering = offering_of(plan)
    if offering.kind != kind:
        raise NotOffered(plan=plan.name)
    return offering


def _refuse_number(plan: Plan, offering: Offering, quantity: Decimal) -> None:
    """Raises: TooMany."""
    if not offering.allows(quantity):
        raise TooMany(plan=plan.name, most=offering.most)
