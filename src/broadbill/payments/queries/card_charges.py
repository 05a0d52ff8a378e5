"""Charges of cards: what can still be given back of them, and what of an account's is under way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.card_errors import ChargeUnknown
from broadbill.payments.models import CardCharge, SavedMethod

LEFT = """
SELECT charge.id, (charge.amount
    - coalesce((SELECT sum(amount) FROM payments_refund
                WHERE charge_id = charge.id AND state IN ('requested', 'sending', 'paid')), 0)
    - coalesce((SELECT sum(amount) FROM payments_chargeback WHERE charge_id = charge.id AND state <> 'won'), 0))::bigint
FROM payments_cardcharge AS charge
JOIN payments_payment AS payment ON payment.id = charge.payment_id
LEFT JOIN payments_reversal AS reversal ON reversal.payment_id = payment.id
WHERE charge.account_id = %s AND charge.state = 'succeeded' AND reversal.payment_id IS NULL
ORDER BY charge.id
"""


@dataclass(frozen=True, slots=True)
class SavedMethodRead:
    """A method as people know it: `Visa 4242`, the month in which it ends, whether it is charged by itself."""

    id: int
    gateway: str
    kind: str
    brand: str
    last_four: str
    expires_year: int | None
    expires_month: int | None
    state: str
    autopay: bool


@dataclass(frozen=True, slots=True)
class ChargeRead:
    id: int
    amount: Money
    state: str
    decline: str
    next_url: str
    receipt: str
    asked_at: datetime


def charges_left(*, account_id: int) -> dict[int, int]:
    """Minor units that can still be given back of each charge that holds, oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [account_id])
        return {charge_id: left for charge_id, left in cursor.fetchall() if left > 0}


def saved_methods(*, account_id: int) -> list[SavedMethodRead]:
    """The methods that are still the customer's, newest first. One query."""
    rows = SavedMethod.objects.filter(account_id=account_id).exclude(state=SavedMethod.State.REMOVED)
    return [
        SavedMethodRead(
            row.id, row.gateway, row.kind, row.brand, row.last_four, row.expires_year, row.expires_month, row.state,
            row.autopay,
        )
        for row in rows.order_by("-id")
    ]  # fmt: skip


def charge_read(charge_id: int, *, account_id: int) -> ChargeRead:
    """One charge of an account. One query. Raises: ChargeUnknown."""
    row = CardCharge.objects.select_related("payment").filter(pk=charge_id, account_id=account_id).first()
    if row is None:
        raise ChargeUnknown(charge=charge_id)
    return _read(row)


def charges_of(*, account_id: int, most: int = 10) -> list[ChargeRead]:
    """The latest charges of an account, newest first. One query."""
    rows = (
        CardCharge.objects.filter(account_id=account_id)
        .select_related("payment")
        .order_by("-asked_at", "-id")
    )
    return [_read(row) for row in rows[:most]]


def accounts_charged_now(account_ids: Collection[int]) -> set[int]:
    """Accounts of which a charge is asked whose outcome is not known. One query."""
    rows = CardCharge.objects.filter(account__in=account_ids, state__in=CardCharge.UNDER_WAY)
    return set(rows.values_list("account_id", flat=True))


def _read(row: CardCharge) -> ChargeRead:
    return ChargeRead(
        id=row.id,
        amount=Money(row.amount, Currency.of(row.currency)),
        state=row.state,
        decline=row.decline,
        next_url=row.next_url,
        receipt=row.payment.number if row.payment else "",
        asked_at=row.asked_at,
    )
