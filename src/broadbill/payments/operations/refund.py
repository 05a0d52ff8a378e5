"""Giving money back: asked for, agreed to where it is much, paid out of the customer's credit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_accounts
from broadbill.billing.operations.series import take_numbers
from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.identity.domain.approvals import refuse_own
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.domain.chart import RECEIVABLES
from broadbill.ledger.operations.journal import post_entry
from broadbill.payments.domain.errors import (
    IdempotencyKeyReused,
    RefundDecided,
    RefundRefused,
    RefundUnknown,
)
from broadbill.payments.models import OpenItem, Payment, Refund
from broadbill.payments.operations.record import INTO
from broadbill.payments.operations.refund_letters import tell_refund
from broadbill.payments.operations.settle import settle_accounts
from broadbill.payments.queries.card_charges import charges_left
from broadbill.payments.queries.held import held_of

SEND_TASK = "payments.send_card_refund"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRefund:
    """Money to be given back. `reason` is one line the customer reads; asking again with the key changes nothing.

    `charge_id` is the card charge that is given back, of a refund by card.
    """

    account_id: int
    amount: Money
    method: str
    reason: str
    idempotency_key: str
    charge_id: int | None = None


@transaction.atomic
def request_refund(
    *, refund: NewRefund, on: date, now: datetime, actor: str, limit: Money | None = None
) -> Refund:
    """Pay a refund out of the customer's credit, or let it wait for another person's agreement above `limit`.

    `limit` is what whoever asks may pay alone; None is without limit. A refund by card is asked of the gateway by a job
    (`card_refunds`) and paid when the gateway says so.
    Raises: RefundRefused, IdempotencyKeyReused, AccountUnknown.
    """
    account = lock_accounts([refund.account_id])[refund.account_id]
    if earlier := Refund.objects.filter(idempotency_key=refund.idempotency_key).first():
        return _same(earlier, refund)
    _check(account, refund)
    row = Refund.objects.create(
        account=account,
        amount=refund.amount.minor,
        currency=refund.amount.currency.code,
        method=refund.method,
        charge_id=refund.charge_id,
        reason=refund.reason,
        state=Refund.State.REQUESTED,
        idempotency_key=refund.idempotency_key,
        requested_by=actor,
        requested_at=now,
    )
    if limit is None or refund.amount <= limit:
        return _go(row, on, now, actor)
    _tell("refund.requested", row, actor, now)
    return row


def asked_with(key: str) -> tuple[int, bool]:
    """Minor units asked for to cards with a key, and whether a refund of another way was asked for with it."""
    of_it = Refund.objects.filter(Q(idempotency_key=key) | Q(idempotency_key__startswith=f"{key}/"))
    rows = list(of_it.values_list("idempotency_key", "amount"))
    return sum(amount for known, amount in rows if known != key), any(known == key for known, _ in rows)


@transaction.atomic
def approve_refund(*, refund_id: int, on: date, now: datetime, actor: str) -> Refund:
    """Agree to a refund that another person asked for, and pay it.

    Raises: RefundUnknown, RefundDecided, ApprovalNeedsAnother, RefundRefused when the credit is gone meanwhile.
    """
    row = _waiting(refund_id)
    refuse_own(asked_by=row.requested_by, actor=actor, what=f"refund {refund_id}")
    left = held_of(account_id=row.account_id, currency=Currency.of(row.currency)).payable
    if row.amount > left.minor:
        raise RefundRefused(reason=f"only {left} {row.currency} is still in credit")
    return _go(row, on, now, actor)


@transaction.atomic
def refuse_refund(*, refund_id: int, note: str, now: datetime, actor: str) -> Refund:
    """Do not agree to a refund; its amount stays in credit. Raises: RefundUnknown, RefundDecided."""
    row = _waiting(refund_id)
    row.state, row.note, row.decided_by, row.decided_at = Refund.State.REFUSED, note, actor, now
    row.save(update_fields=["state", "note", "decided_by", "decided_at"])
    _tell("refund.refused", row, actor, now)
    return row


def _check(account: Account, refund: NewRefund) -> None:
    if refund.method == Payment.Method.CARD:
        _check_charge(refund)
    elif refund.method not in Payment.HANDED_OVER:
        raise RefundRefused(reason=f"{refund.method!r} is not one of {', '.join(Payment.HANDED_OVER)}")
    if refund.amount.minor <= 0:
        raise RefundRefused(reason="the amount must be more than nothing")
    currency = refund.amount.currency
    if currency.code != account.profile.currency:
        raise RefundRefused(reason=f"account {account.number} is billed in {account.profile.currency}")
    left = held_of(account_id=account.id, currency=currency).refundable
    if refund.amount > left:
        raise RefundRefused(
            reason=f"account {account.number} has {left} {currency.code} that it paid and may have back"
        )


def _check_charge(refund: NewRefund) -> None:
    """A charge is given back at most once over, by all its refunds together."""
    left = charges_left(account_id=refund.account_id).get(refund.charge_id or 0, 0)
    if refund.amount.minor > left:
        currency = refund.amount.currency
        raise RefundRefused(reason=f"{Money(left, currency)} {currency.code} is left of that charge")


def _go(row: Refund, on: date, now: datetime, actor: str) -> Refund:
    """Pay it at once, or hand it to the gateway. The caller holds the account's lock."""
    if row.method != Payment.Method.CARD:
        return pay_refund(row, on, now, actor)
    row.state, row.decided_by, row.decided_at = Refund.State.SENDING, actor, now
    row.save(update_fields=["state", "decided_by", "decided_at"])
    _tell("refund.sent", row, actor, now)
    app.configure_task(SEND_TASK).defer(refund_id=row.id)
    return row


def _waiting(refund_id: int) -> Refund:
    """The refund with its account locked, so that its credit cannot go elsewhere meanwhile."""
    found = Refund.objects.filter(pk=refund_id).first()
    if found is None:
        raise RefundUnknown(refund=refund_id)
    lock_accounts([found.account_id])
    found.refresh_from_db()
    if found.state != Refund.State.REQUESTED:
        raise RefundDecided(refund=refund_id, state=found.state)
    return found


def pay_refund(row: Refund, on: date, now: datetime, actor: str) -> Refund:
    """Book the refund and let it use up the credit. The caller holds the account's lock."""
    amount = Money(row.amount, Currency.of(row.currency))
    [numbered] = take_numbers(kind="refund", day=on, digests=[_digest(row, on)])
    entry_id = post_entry(
        entry=Entry(
            (
                Posting(RECEIVABLES, amount, row.account_id),
                Posting(INTO[Payment.Method(row.method)], -amount),
            )
        ),
        kind="refund",
        posted_on=on,
        now=now,
        reference=numbered.number,
        account_id=row.account_id,
    )
    row.number, row.entry_id, row.paid_on, row.state = numbered.number, entry_id, on, Refund.State.PAID
    row.decided_by, row.decided_at = actor, now
    row.save(update_fields=["number", "entry", "paid_on", "state", "decided_by", "decided_at"])
    OpenItem.objects.create(
        account_id=row.account_id,
        kind=OpenItem.Kind.REFUND,
        refund=row,
        dated_on=on,
        due_on=on,
        amount=row.amount,
        open=row.amount,
    )
    settle_accounts(account_ids=[row.account_id], actor=actor, now=now)
    tell_refund(row=row, now=now)
    _tell("refund.paid", row, actor, now)
    return row


def _digest(row: Refund, on: date) -> bytes:
    content = [
        row.account_id,
        on.isoformat(),
        row.method,
        row.amount,
        row.currency,
        row.reason,
        row.idempotency_key,
    ]
    return hashlib.sha256(json.dumps(content).encode()).digest()


def _same(earlier: Refund, asked: NewRefund) -> Refund:
    if (earlier.account_id, earlier.amount, earlier.method) != (
        asked.account_id,
        asked.amount.minor,
        asked.method,
    ):
        raise IdempotencyKeyReused(number=str(earlier))
    return earlier


def _tell(verb: str, row: Refund, actor: str, now: datetime) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="refund",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={
            "number": row.number or "",
            "method": row.method,
            "amount": {"minor": row.amount, "currency": row.currency},
            "reason": row.reason,
            "note": row.note,
        },
    )
