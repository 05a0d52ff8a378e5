"""Keeping the terms table in step with the facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from broadbill.accounts.models import Account
from broadbill.contracts.models import SubscriptionTerm
from broadbill.contracts.queries.terms import Term, terms_of_accounts
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.news import tell

TERM = ("subscription_id", "plan_id", "quantity", "prices", "state", "holds", "recorded_at", "superseded_at")


def rebuild_terms(*, account_id: int, now: datetime) -> None:
    """Make the terms of one account anew, as `rebuild_terms_of`."""
    rebuild_terms_of(account_ids=[account_id], now=now)


@transaction.atomic
def rebuild_terms_of(*, account_ids: Sequence[int], now: datetime) -> None:
    """Supersede the terms that no longer hold and record those that do. What stayed the same is not touched.

    The caller holds the accounts' locks. A fixed number of queries. Tells `contracts.terms_changed`.
    """
    accounts = list(Account.objects.select_related("profile").filter(pk__in=account_ids).order_by("id"))
    wanted = {_key(term): term for term in terms_of_accounts(accounts)}
    current = SubscriptionTerm.objects.filter(subscription__account__in=accounts, superseded_at=None)
    gone = [row for row in current if wanted.pop(_row_key(row), None) is None]
    SubscriptionTerm.objects.filter(pk__in=[row.id for row in gone]).update(superseded_at=now)
    copy_rows("contracts_subscriptionterm", TERM, (_row(term, now) for term in wanted.values()))
    changed = {row.subscription_id for row in gone} | {term.subscription_id for term in wanted.values()}
    if changed:
        tell("contracts.terms_changed", subscription_ids=sorted(changed), now=now)


def _row(term: Term, now: datetime) -> tuple[object, ...]:
    holds = DateRange(term.starts, term.ends)
    return (
        term.subscription_id, term.plan_id, term.quantity, json.dumps(term.prices), term.state, holds, now, None
    )  # fmt: skip


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
