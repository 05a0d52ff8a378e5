"""Taking money, and taking it back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_account, lock_accounts
from broadbill.billing.operations.series import take_numbers
from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.kernel.copying import copy_rows, next_ids
from broadbill.kernel.news import tell
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.ledger.domain.chart import BANK, CASH, CHEQUES, GATEWAYS, RECEIVABLES, VOUCHERS
from broadbill.ledger.operations.journal import NewEntry, post_entries, post_entry
from broadbill.payments.domain.errors import (
    CardPaymentStays,
    IdempotencyKeyReused,
    PaymentAlreadyReversed,
    PaymentRefused,
    PaymentUnknown,
    VoucherPaymentStays,
)
from broadbill.payments.models import OpenItem, Payment, Reversal
from broadbill.payments.operations.settle import settle_accounts, undo_for_reversal

PAYMENT = ("id", "number", "account_id", "received_on", "method", "amount", "currency", "reference", "note", "entry_id",
           "idempotency_key", "recorded_by", "recorded_at")  # fmt: skip
ITEM = ("account_id", "kind", "payment_id", "dated_on", "due_on", "amount", "open")
INTO = {
    Payment.Method.CASH: CASH,
    Payment.Method.CHEQUE: CHEQUES,
    Payment.Method.TRANSFER: BANK,
    Payment.Method.DIRECT_DEBIT: BANK,
    Payment.Method.VOUCHER: VOUCHERS,
    Payment.Method.CARD: GATEWAYS,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPayment:
    """Money received. `idempotency_key` is made by whoever asks; asking again with it records nothing new."""

    account_id: int
    amount: Money
    method: str
    received_on: date
    idempotency_key: str
    reference: str = ""
    note: str = ""


def record_payment(*, payment: NewPayment, now: datetime, actor: str) -> Payment:
    """Book money received and let it settle the oldest debts; what is left over stays as credit.

    Raises: PaymentRefused, IdempotencyKeyReused, AccountUnknown.
    """
    return record_payments(payments=[payment], now=now, actor=actor)[0]


@transaction.atomic
def record_payments(*, payments: Sequence[NewPayment], now: datetime, actor: str) -> list[Payment]:
    """Record a batch of payments, such as a day's bank statement, and return them in order. All or nothing.

    Raises: PaymentRefused, IdempotencyKeyReused, AccountUnknown.
    """
    accounts = lock_accounts(payment.account_id for payment in payments)
    known = {row.idempotency_key: row for row in _recorded([payment.idempotency_key for payment in payments])}
    fresh: dict[str, NewPayment] = {}
    for payment in payments:
        if payment.idempotency_key not in known:
            _check(accounts[payment.account_id], payment)
            fresh.setdefault(payment.idempotency_key, payment)
    if fresh:
        known |= {row.idempotency_key: row for row in _receive(list(fresh.values()), actor, now)}
    return [_same(known[payment.idempotency_key], payment) for payment in payments]


def _receive(payments: Sequence[NewPayment], actor: str, now: datetime) -> list[Payment]:
    """Book payments that are new, let them settle, and tell of them."""
    rows = _book(payments, actor, now)
    copy_rows(
        "payments_openitem",
        ITEM,
        (
            (row.account_id, OpenItem.Kind.PAYMENT.value, row.id, row.received_on, row.received_on, -row.amount,
             -row.amount)
            for row in rows
        ),
    )  # fmt: skip
    settle_accounts(account_ids=sorted({row.account_id for row in rows}), actor=actor, now=now)
    record_events(_event("payment.received", row, actor, now) for row in rows)
    received = {row.account_id: row.received_on for row in sorted(rows, key=lambda row: row.received_on)}
    tell("payments.received", received=received, now=now, actor=actor)
    return rows


@transaction.atomic
def reverse_payment(*, number: str, reason: str, reversed_on: date, now: datetime, actor: str) -> Reversal:
    """Take a payment back: what it settled is open again.

    Raises: PaymentUnknown, PaymentAlreadyReversed, VoucherPaymentStays, CardPaymentStays.
    """
    payment = Payment.objects.filter(number=number).first()
    if payment is None:
        raise PaymentUnknown(number=number)
    if payment.method == Payment.Method.VOUCHER:
        raise VoucherPaymentStays(number=number)
    if payment.method == Payment.Method.CARD:
        raise CardPaymentStays(number=number)
    lock_account(payment.account_id)
    if earlier := Reversal.objects.filter(payment=payment).first():
        raise PaymentAlreadyReversed(number=number, reversed_on=earlier.reversed_on.isoformat())
    amount = Money(payment.amount, Currency.of(payment.currency))
    entry_id = post_entry(
        entry=Entry(
            (
                Posting(RECEIVABLES, amount, payment.account_id),
                Posting(INTO[Payment.Method(payment.method)], -amount),
            )
        ),
        kind="reversal",
        posted_on=reversed_on,
        now=now,
        reference=number,
        account_id=payment.account_id,
    )
    undo_for_reversal(payment_id=payment.id, now=now)
    OpenItem.objects.filter(payment=payment).update(open=0)
    reversal = Reversal.objects.create(
        payment=payment,
        reversed_on=reversed_on,
        reason=reason,
        entry_id=entry_id,
        recorded_by=actor,
        recorded_at=now,
    )
    settle_accounts(account_ids=[payment.account_id], actor=actor, now=now)
    record_events([_event("payment.reversed", payment, actor, now, reason=reason)])
    tell(
        "payments.reversed",
        account_id=payment.account_id,
        reversed_on=reversed_on,
        now=now,
        actor=actor,
    )
    return reversal


def _recorded(keys: Sequence[str]) -> list[Payment]:
    return list(Payment.objects.filter(idempotency_key__any=keys))


def _book(payments: Sequence[NewPayment], actor: str, now: datetime) -> list[Payment]:
    """Number the payments, post them and write them down."""
    numbers = _numbers(payments)
    entry_ids = post_entries(
        entries=[
            NewEntry(
                entry=Entry(
                    (
                        Posting(INTO[Payment.Method(payment.method)], payment.amount),
                        Posting(RECEIVABLES, -payment.amount, payment.account_id),
                    )
                ),
                kind="payment",
                posted_on=payment.received_on,
                reference=number,
                account_id=payment.account_id,
            )
            for payment, number in zip(payments, numbers, strict=True)
        ],
        now=now,
    )
    rows = [
        _payment(payment, payment_id, number, entry_id, actor, now)
        for payment, payment_id, number, entry_id in zip(
            payments, next_ids("payments_payment", len(payments)), numbers, entry_ids, strict=True
        )
    ]
    copy_rows("payments_payment", PAYMENT, ([getattr(row, column) for column in PAYMENT] for row in rows))
    return rows


def _payment(
    new: NewPayment, payment_id: int, number: str, entry_id: int, actor: str, now: datetime
) -> Payment:
    return Payment(
        id=payment_id,
        number=number,
        account_id=new.account_id,
        received_on=new.received_on,
        method=str(new.method),
        amount=new.amount.minor,
        currency=new.amount.currency.code,
        reference=new.reference,
        note=new.note,
        entry_id=entry_id,
        idempotency_key=new.idempotency_key,
        recorded_by=actor,
        recorded_at=now,
    )


def _numbers(payments: Sequence[NewPayment]) -> list[str]:
    """A receipt number for each, in order, from the series of the year in which the money came."""
    numbers = [""] * len(payments)
    for year in sorted({payment.received_on.year for payment in payments}):
        places = [place for place, payment in enumerate(payments) if payment.received_on.year == year]
        digests = [_digest(payments[place]) for place in places]
        taken = take_numbers(kind="payment", day=date(year, 1, 1), digests=digests)
        for place, numbered in zip(places, taken, strict=True):
            numbers[place] = numbered.number
    return numbers


def _digest(payment: NewPayment) -> bytes:
    content = [payment.account_id, payment.received_on.isoformat(), payment.method, str(payment.amount),
               payment.amount.currency.code, payment.reference, payment.idempotency_key]  # fmt: skip
    return hashlib.sha256(json.dumps(content).encode()).digest()


def _check(account: Account, payment: NewPayment) -> None:
    if payment.method not in Payment.Method.values:
        raise PaymentRefused(reason=f"{payment.method!r} is not one of {', '.join(Payment.Method.values)}")
    if payment.amount.minor <= 0:
        raise PaymentRefused(reason="the amount must be more than nothing")
    if payment.amount.currency.code != account.profile.currency:
        raise PaymentRefused(reason=f"account {account.number} is billed in {account.profile.currency}")


def _same(existing: Payment, asked: NewPayment) -> Payment:
    same = (existing.account_id, existing.amount, existing.method) == (
        asked.account_id,
        asked.amount.minor,
        asked.method,
    )
    if not same:
        raise IdempotencyKeyReused(number=existing.number)
    return existing


def _event(verb: str, payment: Payment, actor: str, now: datetime, **more: str) -> NewEvent:
    return NewEvent(
        actor=actor,
        verb=verb,
        object_type="payment",
        object_id=str(payment.id),
        occurred_at=now,
        account_id=payment.account_id,
        data={
            "number": payment.number,
            "method": payment.method,
            "amount": {"minor": payment.amount, "currency": payment.currency},
            **more,
        },
    )
