"""One payment as it was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.errors import PaymentUnknown
from broadbill.payments.models import Payment


@dataclass(frozen=True, slots=True)
class PaymentRead:
    number: str
    account: str
    account_name: str
    received_on: date
    method: str
    amount: Money
    reference: str


def payment_numbered(number: str) -> PaymentRead:
    """One query. Raises: PaymentUnknown."""
    payment = Payment.objects.select_related("account").filter(number=number).first()
    if payment is None:
        raise PaymentUnknown(number=number)
    return _read(payment)


def last_at_counter() -> PaymentRead | None:
    """The latest payment in cash or by cheque; None where there is none. One query."""
    found = Payment.objects.filter(method__in=[Payment.Method.CASH, Payment.Method.CHEQUE])
    payment = found.select_related("account").order_by("-id").first()
    return _read(payment) if payment else None


def _read(payment: Payment) -> PaymentRead:
    return PaymentRead(
        number=payment.number,
        account=payment.account.number,
        account_name=payment.account.name,
        received_on=payment.received_on,
        method=payment.method,
        amount=Money(payment.amount, Currency.of(payment.currency)),
        reference=payment.reference,
    )
