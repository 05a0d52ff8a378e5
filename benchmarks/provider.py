"""The provider that is measured: many accounts with two subscriptions each.

Customers start on every day of a month, on 24 plans, one subscription in ten at a price of its own, one in twenty
of several units, half of them with e-mail, all taxed. So nothing is quick only because everybody is the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from broadbill.accounts.domain.new_account import NewAccount
from broadbill.accounts.operations.open_accounts import open_accounts
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe_many
from broadbill.tax.operations.rates import set_rate

TITLE = "Broadbill, two subscriptions an account"
ACTOR = "benchmark"
FIRST_DAY = date(2026, 1, 1)
FIRST_BILL = date(2026, 1, 31)
NEXT_BILL = date(2026, 2, 28)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACCOUNTS_PER_CALL = 5000
SEED = 20260101

LINES = tuple((f"fiber{speed}", f"Fiber {speed} Mbit/s") for speed in range(50, 800, 50))
EXTRAS = tuple((f"tv{package}", f"Television {package}") for package in range(1, 10))


def fill(accounts: int) -> None:
    """Open the accounts with their subscriptions through the bulk operations."""
    sold_plans = plans()
    charge_tax()
    chance = random.Random(SEED)  # noqa: S311 - the same customers every time, and no secret
    customers = (customer(number) for number in range(1, accounts + 1))
    while batch := list(islice(customers, ACCOUNTS_PER_CALL)):
        ids = open_accounts(accounts=batch, now=NOW, actor=ACTOR)
        sold = [sale for account_id in ids for sale in _sales(account_id, sold_plans, chance)]
        subscribe_many(subscriptions=sold, now=NOW, actor=ACTOR)


def use(starts: date, ends: date) -> int:
    """Nothing is metered."""
    del starts, ends
    return 0


def charge_tax() -> None:
    set_rate(
        name="VAT",
        category="standard",
        percent=Decimal(20),
        valid_from=None,
        valid_to=None,
        now=NOW,
        actor=ACTOR,
    )


def plans() -> tuple[list[Plan], list[Plan]]:
    lines = [_plan(code, name, f"{19 + place}.90") for place, (code, name) in enumerate(LINES)]
    extras = [_plan(code, name, f"{4 + place}.50") for place, (code, name) in enumerate(EXTRAS)]
    return lines, extras


def _plan(code: str, name: str, amount: str) -> Plan:
    model = {"model": "flat", "amount": amount}
    charge = {"code": "access", "type": "recurring", "period": "month", "tax": "standard", "model": model}
    return define_plan(code=code, name=name, currency="EUR", charges=[charge], now=NOW, actor=ACTOR)


def customer(number: int) -> NewAccount:
    return NewAccount(
        number=f"C{number:07d}",
        name=f"Customer {number}",
        street=f"Long Street {number % 977}",
        postcode=f"{1000 + number % 9000}",
        city="Vienna",
        country="AT",
        currency="EUR",
        timezone="Europe/Vienna",
        email=f"customer{number}@example.com" if number % 2 else "",
        opened_on=FIRST_DAY,
    )


def _sales(
    account_id: int, plans: tuple[list[Plan], list[Plan]], chance: random.Random
) -> Iterator[NewSubscription]:
    for choice in plans:
        agreed = chance.random() < 0.10
        price = f"{chance.randrange(500, 9000) / 100:.2f}"
        yield NewSubscription(
            account_id=account_id,
            plan=chance.choice(choice),
            starts_on=FIRST_DAY + timedelta(days=chance.randrange(28)),
            quantity=Decimal(chance.randrange(2, 6)) if chance.random() < 0.05 else Decimal(1),
            prices={"access": {"model": "flat", "amount": price}} if agreed else {},
        )
