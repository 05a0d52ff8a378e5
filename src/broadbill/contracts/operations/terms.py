"""Keeping the terms table in step with the facts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from broadbill.accounts.models import Account
from broadbill.contracts.models import SubscriptionTerm
from broadbill.contracts.queries.terms import Term, terms_of


@transaction.atomic
def rebuild_terms(*, account_id: int, now: datetime) -> None:
    """Supersede the terms that no longer hold and record those that do. What stayed the same is not touched.

    The caller holds the account's lock.
    """
    account = Account.objects.select_related("profile").get(pk=account_id)
    wanted = {_key(term): term for term in terms_of(account)}
    current = SubscriptionTerm.objects.filter(subscription__account=account, superseded_at=None)
    for row in current:
        if wanted.pop(_row_key(row), None) is None:
            row.superseded_at = now
            row.save(update_fields=["superseded_at"])
    SubscriptionTerm.objects.bulk_create(
        SubscriptionTerm(
            subscription_id=term.subscription_id,
            plan_id=term.plan_id,
            quantity=term.quantity,
            prices=term.prices,
            state=term.state,
            holds=DateRange(term.starts, term.ends),
            recorded_at=now,
        )
        for term in wanted.values()
    )


def _key(term: Term) -> tuple[object, ...]:
    prices = str(sorted(term.prices.items()))
    return (term.subscription_id, term.plan_id, term.quantity, prices, term.state, term.starts, term.ends)


def _row_key(row: SubscriptionTerm) -> tuple[object, ...]:
    prices = str(sorted(row.prices.items()))
    return (
        row.subscription_id,
        row.plan_id,
        row.quantity,
        prices,
        row.state,
        row.holds.lower,
        row.holds.upper,
    )
