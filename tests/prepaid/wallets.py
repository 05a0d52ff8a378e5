"""Prepaid plans and what tests ask of wallets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from broadbill.billing.models import BillRun
from broadbill.billing.queries.verify import verify_documents, verify_series
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.models import SubscriptionTerm
from broadbill.contracts.queries.verify import verify_terms
from broadbill.ledger.queries.balances import receivable_balances
from broadbill.ledger.queries.verify import verify_journal
from broadbill.payments.queries.verify import verify_payments
from broadbill.prepaid.operations.draw_down import draw_down
from tests.world import ACTOR, at, flat, on


def a_prepaid_plan(code: str = "daily", amount: str = "1.00", period: Any = "day", **terms: Any) -> Plan:
    charge = {"code": "access", "type": "recurring", "period": period, "model": flat(amount), **terms}
    return define_plan(
        code=code,
        name=code.capitalize(),
        currency="EUR",
        charges=[charge],
        prepaid=True,
        now=at("2025-12-01"),
        actor=ACTOR,
    )


def an_hour_pass(code: str, amount: str, hours: int) -> Plan:
    charge = {"code": "access", "type": "one_off", "model": flat(amount)}
    return define_plan(
        code=code,
        name=f"{hours} hours",
        currency="EUR",
        charges=[charge],
        prepaid=True,
        pass_hours=hours,
        now=at("2025-12-01"),
        actor=ACTOR,
    )


def draw(day: str) -> BillRun | None:
    return draw_down(on=on(day), now=at(day))


def credit(account_id: int) -> int:
    """Minor units in the wallet; negative when the account owes."""
    return -receivable_balances([account_id]).get(account_id, 0)


def is_served(subscription_id: int, day: str) -> bool:
    return SubscriptionTerm.objects.filter(
        subscription_id=subscription_id, superseded_at=None, state="active", holds__contains=on(day)
    ).exists()


def days(first: str, count: int) -> list[str]:
    return [(on(first) + timedelta(days=number)).isoformat() for number in range(count)]


def deviations() -> list[str]:
    return [
        str(found)
        for check in (verify_series, verify_documents, verify_journal, verify_payments, verify_terms)
        for found in check()
    ]
