"""Refunds that wait for another person's agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadbill.core.money import Currency, Money
from broadbill.payments.models import Refund
from broadbill.payments.queries.card_charges import charges_left
from broadbill.payments.queries.held import held_of


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


@dataclass(frozen=True, slots=True)
class Refundable:
    """What a customer may have back: `amount` in all, `to_cards` at most to the cards they paid with."""

    amount: Money
    to_cards: Money


def refundable_of(*, account_id: int, currency: Currency) -> Refundable:
    """Two queries. Sure only under the account's lock."""
    held = held_of(account_id=account_id, currency=currency)
    on_cards = Money(sum(charges_left(account_id=account_id).values()), currency)
    return Refundable(held.refundable, min(held.refundable, on_cards))


@dataclass(frozen=True, slots=True)
class AskedRefund:
    """A refund as the customer follows it: `state` is requested, sending, paid or refused, `note` why not."""

    amount: Money
    method: str
    reason: str
    state: str
    note: str
    asked_at: datetime


def refunds_of(*, account_id: int) -> tuple[AskedRefund, ...]:
    """All of an account, latest first. One query."""
    return tuple(
        AskedRefund(
            Money(row.amount, Currency.of(row.currency)),
            row.method,
            row.reason,
            row.state,
            row.note,
            row.requested_at,
        )
        for row in Refund.objects.filter(account_id=account_id).order_by("-id")
    )


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
