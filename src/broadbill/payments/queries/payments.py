"""Payments as they were recorded: one, and the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.errors import PaymentUnknown
from broadbill.payments.models import Payment

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class PaymentRead:
    number: str
    account: str
    account_name: str
    received_on: date
    method: str
    amount: Money
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in a list; `taken_back_on` where it did not hold, `recorded_by` an actor."""

    id: int
    number: str
    account: str
    account_name: str
    received_on: date
    method: str
    amount: Money
    reference: str
    taken_back_on: date | None
    recorded_by: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """`next_key` asks for the page after this one, None when there is none."""

    rows: tuple[PaymentRow, ...]
    first: bool
    next_key: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsAsked:
    """Payments whose receipt's number begins so, by a method, received in some days; all of it may be left open."""

    number: str = ""
    method: str = ""
    starts: date | None = None
    last_day: date | None = None


def payment_page(
    *,
    number: str = "",
    asked: PaymentsAsked | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> PaymentPage:
    """Latest recorded first. One query."""
    wanted = asked or PaymentsAsked(number=number)
    found = _asked_for(wanted)
    if after is not None:
        found = found.filter(id__lt=after)
    rows = [_payment_row(payment) for payment in found.order_by("-id")[: size + 1]]
    shown = rows[:size]
    return PaymentPage(tuple(shown), after is None, shown[-1].id if len(rows) > size else None)


def all_payments(asked: PaymentsAsked) -> Iterator[PaymentRow]:
    """Every payment that was asked for, latest recorded first, read as it is taken."""
    for payment in _asked_for(asked).order_by("-id").iterator(chunk_size=2000):
        yield _payment_row(payment)


def _asked_for(asked: PaymentsAsked) -> QuerySet[Payment]:
    found = Payment.objects.select_related("account", "reversal")
    if asked.number:
        typed = re.sub(r"\s", "", asked.number)
        found = found.filter(Q(number__startswith=typed) | Q(number__startswith=typed.upper()))
    if asked.method:
        found = found.filter(method=asked.method)
    if asked.starts:
        found = found.filter(received_on__gte=asked.starts)
    if asked.last_day:
        found = found.filter(received_on__lte=asked.last_day)
    return found


def _payment_row(payment: Payment) -> PaymentRow:
    reversal = getattr(payment, "reversal", None)
    return PaymentRow(
        id=payment.id,
        number=payment.number,
        account=payment.account.number,
        account_name=payment.account.name,
        received_on=payment.received_on,
        method=payment.method,
        amount=Money(payment.amount, Currency.of(payment.currency)),
        reference=payment.reference,
        taken_back_on=reversal.reversed_on if reversal else None,
        recorded_by=payment.recorded_by,
    )


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
