"""The provider that sells of everything: access for all, and what is metered, shared out as providers have it.

A month has a sum of data a day for two accounts in five, forty calls for one in five, a sample every five minutes for
one in a thousand. Usage comes in day by day, as it does in life, so an account's records lie apart in the table.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection

from benchmarks import provider
from benchmarks.provider import ACCOUNTS_PER_CALL, ACTOR, FIRST_DAY, NOW, SEED
from broadbill.accounts.operations.open_accounts import open_accounts
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe_many
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage

TITLE = "Broadbill, a provider that sells of everything"
# January's usage and February's access are on the first bill.
FIRST_BILL = date(2026, 2, 1)
NEXT_BILL = date(2026, 3, 1)
RECORDS_PER_CALL = 20_000
DIALLED = tuple(str(number) for number in range(1, 2000))

DISCOUNTED = 0.10
# What share of the accounts has it, the model, and what of it is used; its plan and meter bear its name.
METERED: dict[str, tuple[float, dict[str, Any]]] = {
    "tiers": (
        0.25,
        {
            "type": "graduated",
            "tiers": [
                {"up_to": "100", "unit_amount": "0.10"},
                {"up_to": "1000", "unit_amount": "0.05"},
                {"up_to": None, "unit_amount": "0.02"},
            ],
        },
    ),
    "fair_use": (0.15, {"type": "package", "size": "50", "amount": "4.00", "included": "250"}),
    "calls": (
        0.20,
        {
            "type": "rate_table",
            "increment": {"first": 60, "next": 1},
            "rates": [{"prefix": prefix, "unit_amount": "0.09", "connect": "0.05"} for prefix in DIALLED],
        },
    ),
    "burst": (
        0.001,
        {"type": "percentile", "commit": "100", "unit_amount": "2.00", "overage_amount": "3.00"},
    ),
}
COMMITTED = 0.02


@dataclass(frozen=True, slots=True)
class Meter:
    """Whose meter it is, and of which of METERED."""

    account_id: int
    subscription_id: int
    name: str


def fill(accounts: int) -> None:
    """The accounts with what they bought, and what they used in January."""
    provider.charge_tax()
    chance = random.Random(SEED)  # noqa: S311 - the same customers every time, and no secret
    customers = (provider.customer(number) for number in range(1, accounts + 1))
    lines, _ = provider.plans()
    shares = [(plan, METERED[plan.code][0]) for plan in _metered_plans()]
    shares.append((_commitment(), COMMITTED))
    while batch := list(islice(customers, ACCOUNTS_PER_CALL)):
        ids = open_accounts(accounts=batch, now=NOW, actor=ACTOR)
        sold = [sale for account_id in ids for sale in _sales(account_id, lines, shares, chance)]
        subscribe_many(subscriptions=sold, now=NOW, actor=ACTOR)
        record_facts(facts=[_discount(i) for i in ids if chance.random() < DISCOUNTED], now=NOW, actor=ACTOR)
    use(FIRST_DAY, FIRST_BILL)


def use(starts: date, ends: date) -> int:
    """Take in what is used on the days `[starts, ends)`, each on the evening of the day; return how many records."""
    chance = random.Random(starts.toordinal())  # noqa: S311 - as above
    meters = _meters()
    count = 0
    for day in (starts + timedelta(days=number) for number in range((ends - starts).days)):
        used = (record for meter in meters for record in _used(meter, day, chance))
        while batch := list(islice(used, RECORDS_PER_CALL)):
            evening = datetime(day.year, day.month, day.day, 22, 59, tzinfo=UTC)
            count += record_usage(records=batch, now=evening, actor=ACTOR).stored
    return count


def _metered_plans() -> list[Plan]:
    return [
        define_plan(
            code=name,
            name=name.capitalize(),
            currency="EUR",
            charges=[
                {
                    "code": "usage",
                    "type": "usage",
                    "meter": name,
                    "period": "month",
                    "tax": "standard",
                    "model": model,
                }
            ],
            now=NOW,
            actor=ACTOR,
        )
        for name, (_, model) in METERED.items()
    ]


def _commitment() -> Plan:
    access = {
        "code": "access",
        "type": "recurring",
        "period": "month",
        "model": {"model": "flat", "amount": "15.00"},
    }
    least = {"code": "least", "type": "commitment", "period": "month", "amount": "20.00"}
    return define_plan(
        code="committed", name="Committed", currency="EUR", charges=[access, least], now=NOW, actor=ACTOR
    )


def _sales(
    account_id: int, lines: Sequence[Plan], shares: Sequence[tuple[Plan, float]], chance: random.Random
) -> Iterator[NewSubscription]:
    starts_on = FIRST_DAY + timedelta(days=chance.randrange(28))
    yield NewSubscription(account_id=account_id, plan=chance.choice(lines), starts_on=starts_on)
    for plan, share in shares:
        if chance.random() < share:
            yield NewSubscription(account_id=account_id, plan=plan, starts_on=FIRST_DAY)


def _discount(account_id: int) -> NewFact:
    detail = {"name": "Loyal", "percent": "10"}
    return NewFact(
        account_id=account_id, kind="discount", effective_on=FIRST_DAY, subscription_id=None, detail=detail
    )


def _meters() -> list[Meter]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subscription.account_id, subscription.id, plan.code FROM contracts_subscription AS subscription"
            " JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id"
            " JOIN catalog_plan AS plan ON plan.id = term.plan_id WHERE plan.code = ANY(%s) ORDER BY subscription.id",
            [list(METERED)],
        )
        return [Meter(*row) for row in cursor]


def _used(meter: Meter, day: date, chance: random.Random) -> Iterator[NewRecord]:
    """What a meter counts on a day, by its name."""
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    match meter.name:
        case "calls":
            for _ in range(chance.choice((0, 1, 1, 2, 2, 2))):
                to = f"{chance.choice(DIALLED)}{chance.randrange(10**6):06d}"
                seconds = Decimal(chance.randrange(1, 900))
                yield _record(meter, begins, chance.randrange(80_000), duration_seconds=seconds, to=to)
        case "burst":
            for number in range(288):
                inward, outward = (Decimal(chance.randrange(most)) / 100 for most in (30_000, 9_000))
                yield _record(meter, begins, 300 * number, inward=inward, outward=outward)
        case _:
            used = Decimal(chance.randrange(30_000)) / 1000
            yield _record(meter, begins, chance.randrange(80_000), quantity=used)


def _record(meter: Meter, begins: datetime, seconds: int, **counted: Any) -> NewRecord:
    return NewRecord(
        account_id=meter.account_id,
        subscription_id=meter.subscription_id,
        meter=meter.name,
        at=begins + timedelta(seconds=seconds),
        **counted,
    )
