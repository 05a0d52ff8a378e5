"""A small named cast for tests over records: plans, accounts and what happens to them, through the operations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from broadbill.accounts.domain.new_account import NewAccount
from broadbill.accounts.operations.open_accounts import open_account
from broadbill.billing.models import BillRun
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe
from broadbill.core.money import Currency, Money
from broadbill.payments.models import Payment
from broadbill.payments.operations.record import NewPayment, record_payment

ACTOR = "test"
_numbers = count(1)


def at(day: str) -> datetime:
    """Noon of a day, when nothing is near midnight."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)


def on(day: str) -> date:
    return date.fromisoformat(day)


def flat(amount: str) -> dict[str, Any]:
    return {"model": "flat", "amount": amount}


def a_plan(code: str = "fiber", amount: str = "30.00", *, currency: str = "EUR", **terms: Any) -> Plan:
    """A monthly plan in advance with one recurring charge, `access`."""
    charge = {"code": "access", "type": "recurring", "period": "month", "model": flat(amount), **terms}
    return define_plan(
        code=code,
        name=code.capitalize(),
        currency=currency,
        charges=[charge],
        now=at("2025-12-01"),
        actor=ACTOR,
    )


def an_account(name: str = "Amina Haddad", **details: Any) -> int:
    details = {"number": f"A{next(_numbers):04d}", "opened_on": on("2026-01-01"), "currency": "EUR",
               "timezone": "Europe/Vienna", **details}  # fmt: skip
    return open_account(account=NewAccount(name=name, **details), now=at("2026-01-01"), actor=ACTOR)


def a_subscription(
    account_id: int, plan: Plan, starts: str, *, recorded: str | None = None, **terms: Any
) -> int:
    new = NewSubscription(account_id=account_id, plan=plan, starts_on=on(starts), **terms)
    return subscribe(subscription=new, now=at(recorded or starts), actor=ACTOR)


def bill_through(day: str, *, only_account: int | None = None, workers: int = 1) -> BillRun:
    request = RunRequest(through=on(day), actor=ACTOR, only_account=only_account)
    return bill(request=request, now=at(day), workers=workers)


def pay(account_id: int, amount: str, day: str, *, method: str = "cash", key: str | None = None) -> Payment:
    payment = NewPayment(
        account_id=account_id,
        amount=Currency.of("EUR").exact(Decimal(amount)),
        method=method,
        received_on=on(day),
        idempotency_key=key or f"key-{next(_numbers)}",
    )
    return record_payment(payment=payment, now=at(day), actor=ACTOR)


def euro(amount: str) -> Money:
    return Currency.of("EUR").exact(Decimal(amount))
