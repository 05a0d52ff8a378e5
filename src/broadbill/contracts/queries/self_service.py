"""What the portal has to know before a customer agrees to a change."""

from __future__ import annotations

from datetime import date

from broadbill.accounts.models import Account
from broadbill.catalog.domain.offering import When
from broadbill.contracts.queries.terms import lives_of
from broadbill.core.rating.timeline import Subscription


def facts_seen(account_id: int) -> int:
    """How many facts the account has: it tells whether anything was recorded since. One query."""
    return Account.objects.values_list("facts_recorded", flat=True).get(pk=account_id)


def takes_effect_on(*, account_id: int, subscription_id: int, when: When, on: date) -> date:
    """The first day of a change of plan or number that is said on a day.

    It is that day, or the end of the period in which it lies; the billing policy may have every change wait for the
    next period. Seven queries at most.
    """
    account = Account.objects.select_related("profile").get(pk=account_id)
    return effective_day(lives_of(account)[subscription_id], when, on)


def effective_day(life: Subscription, when: When, on: date) -> date:
    """As `takes_effect_on`, of a subscription's life."""
    if when == "period_end":
        return life.own_period(on).ends
    return life.next_own_boundary(on) if life.policy.on_change == "next_period" else on
