"""Refunds that wait for another person's agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadbill.core.money import Currency, Money
from broadbill.payments.models import Refund


@dataclass(frozen=True, slots=True)
class RefundRead:
    id: int
    account: str
    account_name: str
    amount: Money
    method: str
    reason: str
    requested_by: str
    requested_at: datetime


def waiting_refunds() -> tuple[RefundRead, ...]:
    """Oldest first. One query."""
    rows = Refund.objects.filter(state=Refund.State.REQUESTED).select_related("account").order_by("id")
    return tuple(
        RefundRead(
            id=row.id,
            account=row.account.number,
            account_name=row.account.name,
            amount=Money(row.amount, Currency.of(row.currency)),
            method=row.method,
            reason=row.reason,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
        )
        for row in rows
    )
