"""Selling: an account's right to a plan from a day on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from broadbill.accounts.domain.errors import AccountClosed
from broadbill.catalog.models import Plan
from broadbill.contracts.domain.errors import CurrencyDiffers, PlanRetired
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.terms import TERM
from broadbill.kernel.copying import copy_rows, next_ids

SUBSCRIPTION = ("id", "account_id", "contract_id", "location_id", "code", "extras", "recorded_at")

ACCOUNTS = """
SELECT account.id, account.number, account.closed_on, profile.currency
FROM accounts_account AS account JOIN accounts_profile AS profile ON profile.id = account.profile_id
WHERE account.id = ANY(%s) ORDER BY account.id FOR NO KEY UPDATE OF account
"""

COUNTED = """
SELECT account_id, count(*) FROM contracts_subscription WHERE account_id = ANY(%s) GROUP BY account_id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSubscription:
    """`prices` are agreed prices by charge code, in the scenario contract's shape."""

    account_id: int
    plan: Plan
    starts_on: date
    quantity: Decimal = Decimal(1)
    prices: Mapping[str, Any] = field(default_factory=dict)
    term_months: int | None = None
    pool: str | None = None
    extras: tuple[str, ...] = ()
    contract_id: int | None = None
    location_id: int | None = None


@transaction.atomic
def subscribe_many(*, subscriptions: Sequence[NewSubscription], now: datetime, actor: str) -> list[int]:
    """Start subscriptions in bulk and return their ids in order. All or nothing.

    Raises: AccountClosed naming every account that was closed by the day asked for,
    PlanRetired, CurrencyDiffers, FactRefused.
    """
    _refuse_unsellable(subscriptions)
    ids = next_ids("contracts_subscription", len(subscriptions))
    codes = _codes(subscriptions)
    copy_rows(
        "contracts_subscription",
        SUBSCRIPTION,
        (
            (i, new.account_id, new.contract_id, new.location_id, code, list(new.extras), now)
            for i, new, code in zip(ids, subscriptions, codes, strict=True)
        ),
    )
    facts = [_fact(i, new) for i, new in zip(ids, subscriptions, strict=True)]
    record_facts(facts=facts, now=now, actor=actor)
    copy_rows(
        "contracts_subscriptionterm",
        TERM,
        (
            (i, new.plan.id, new.quantity, json.dumps(new.prices), "active",
             DateRange(new.starts_on, None), now, None)
            for i, new in zip(ids, subscriptions, strict=True)
        ),
    )  # fmt: skip
    return ids


def subscribe(*, subscription: NewSubscription, now: datetime, actor: str) -> int:
    """Start one subscription and return its id. Raises as `subscribe_many`."""
    return subscribe_many(subscriptions=[subscription], now=now, actor=actor)[0]


def _refuse_unsellable(subscriptions: Sequence[NewSubscription]) -> None:
    """Locks the accounts: none is closed, and none sold to by somebody else, until these are sold."""
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, [list({new.account_id for new in subscriptions})])
        accounts = {account_id: told for account_id, *told in cursor.fetchall()}
    _refuse_closed(subscriptions, accounts)
    for new in subscriptions:
        if new.plan.retired_on and new.plan.retired_on <= new.starts_on:
            raise PlanRetired(plan=new.plan.code, retired_on=new.plan.retired_on.isoformat())
        number, _, currency = accounts[new.account_id]
        if currency != new.plan.currency:
            raise CurrencyDiffers(
                plan=new.plan.code,
                plan_currency=new.plan.currency,
                account=number,
                account_currency=currency,
            )


def _refuse_closed(subscriptions: Sequence[NewSubscription], accounts: Mapping[int, Sequence[Any]]) -> None:
    """What was sold before the closing may still be written down, as an import of former customers does."""
    closed = {}
    for new in subscriptions:
        number, closed_on, _ = accounts[new.account_id]
        if closed_on and closed_on <= new.starts_on:
            closed[number] = closed_on
    if closed:
        raise AccountClosed.of(closed)


def _codes(subscriptions: Sequence[NewSubscription]) -> list[str]:
    """S1, S2 … within each account, going on from those it has."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [list({new.account_id for new in subscriptions})])
        last = dict(cursor.fetchall())
    codes = []
    for new in subscriptions:
        last[new.account_id] = last.get(new.account_id, 0) + 1
        codes.append(f"S{last[new.account_id]}")
    return codes


def _fact(subscription_id: int, new: NewSubscription) -> NewFact:
    detail: dict[str, Any] = {"plan": new.plan.code}
    if new.quantity != 1:
        detail["quantity"] = str(new.quantity)
    if new.prices:
        detail["price"] = dict(new.prices)
    if new.term_months:
        detail["term_months"] = new.term_months
    if new.pool:
        detail["pool"] = new.pool
    return NewFact(
        account_id=new.account_id,
        kind="subscribe",
        effective_on=new.starts_on,
        subscription_id=subscription_id,
        detail=detail,
    )
