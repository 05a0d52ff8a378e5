"""Disputes of a line by the customer: opened, then upheld with a correction or refused with a reason."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.billing.models import Document, Line
from broadbill.contracts.operations.account_facts import add_charge, credit_line
from broadbill.core.money import Currency, Money
from broadbill.kernel.operations.events import record_event
from broadbill.payments.domain.errors import DisputeDecided, DisputeRefused, DisputeUnknown
from broadbill.payments.models import LineDispute
from broadbill.payments.operations.dispute_letters import tell_decision

State = LineDispute.State


@transaction.atomic
def open_dispute(
    *, account_id: int, invoice: str, position: int, reason: str, now: datetime, actor: str,
    amount: Money | None = None,
) -> LineDispute:  # fmt: skip
    """Write down that the customer disputes `amount` of a line, None for all of it that is not in dispute yet.

    The amount is of the line as it was priced; its tax is disputed with it.
    Raises: DisputeRefused, AccountUnknown.
    """
    lock_account(account_id)
    document = Document.objects.filter(account_id=account_id, number=invoice).first()
    line = document.lines.filter(position=position).first() if document else None
    if document is None or line is None:
        raise DisputeRefused(reason=f"the account has no line {position} on a document {invoice}")
    currency = Currency.of(document.currency)
    left = Money(line.priced - _disputed(document, position), currency)
    amount = left if amount is None else amount
    if amount.currency != currency:
        raise DisputeRefused(reason=f"{invoice} is in {currency.code}")
    if not 0 < amount.minor <= left.minor:
        raise DisputeRefused(
            reason=f"{max(left, currency.zero)} {currency.code} of that line may be disputed"
        )
    row = LineDispute.objects.create(
        account_id=account_id,
        document=document,
        position=position,
        amount=amount.minor,
        total=(amount + _tax_on(document, line, amount)).minor,
        currency=currency.code,
        reason=reason,
        opened_by=actor,
        opened_at=now,
    )
    _tell("dispute.opened", row, actor, now)
    return row


@transaction.atomic
def uphold_dispute(*, dispute_id: int, note: str, on: date, now: datetime, actor: str) -> LineDispute:
    """The customer is right, and told so: the line is corrected with the next bill.

    Raises: DisputeUnknown, DisputeDecided.
    """
    row = _waiting(dispute_id)
    row.fact = _correct(row, note, on, now, actor)
    return _decide(row, State.UPHELD, note, now, actor)


@transaction.atomic
def refuse_dispute(*, dispute_id: int, note: str, now: datetime, actor: str) -> LineDispute:
    """The line stands, and the customer is told why: it is owed, and chased again.

    Raises: DisputeUnknown, DisputeDecided.
    """
    return _decide(_waiting(dispute_id), State.REFUSED, note, now, actor)


def _disputed(document: Document, position: int) -> int:
    """What of the line is in dispute or was given, in minor units."""
    rows = LineDispute.objects.filter(document=document, position=position).exclude(state=State.REFUSED)
    return sum(rows.values_list("amount", flat=True))


def _tax_on(document: Document, line: Line, amount: Money) -> Money:
    """The tax on a part of a line, rounded half up; nothing where the price holds it."""
    if line.priced != line.amount or line.tax_category is None:
        return amount.currency.zero
    rates = document.taxes.filter(category=line.tax_category).values_list("rate", flat=True)
    return amount.currency.round(amount.amount * sum(rates, Decimal(0)) / 100)


def _correct(row: LineDispute, note: str, on: date, now: datetime, actor: str) -> int:
    """The fact that takes the amount off: a credit of the very line, or where it is of no subscription's charge, a
    charge of less than nothing with the line's tax."""
    line = Line.objects.get(document_id=row.document_id, position=row.position)
    amount = Money(row.amount, Currency.of(row.currency))
    if line.subscription_id is not None and line.charge is not None and line.starts_on is not None:
        return credit_line(
            account_id=row.account_id,
            subscription_id=line.subscription_id,
            charge=line.charge,
            period=line.starts_on,
            amount=amount,
            name=note,
            on=on,
            now=now,
            actor=actor,
        )
    return add_charge(
        account_id=row.account_id,
        amount=-amount,
        name=note,
        on=on,
        now=now,
        actor=actor,
        tax=line.tax_category,
    )


def _waiting(dispute_id: int) -> LineDispute:
    """The dispute with its account locked."""
    found = LineDispute.objects.select_related("document").filter(pk=dispute_id).first()
    if found is None:
        raise DisputeUnknown(dispute=dispute_id)
    lock_account(found.account_id)
    found.refresh_from_db(fields=["state"])
    if found.state != State.OPEN:
        raise DisputeDecided(dispute=dispute_id, state=found.state)
    return found


def _decide(row: LineDispute, state: State, note: str, now: datetime, actor: str) -> LineDispute:
    row.state, row.note, row.decided_by, row.decided_at = state, note, actor, now
    row.save(update_fields=["state", "fact", "note", "decided_by", "decided_at"])
    _tell(f"dispute.{state.value}", row, actor, now)
    line = Line.objects.get(document_id=row.document_id, position=row.position)
    tell_decision(row=row, line=line.description, now=now)
    return row


def _tell(verb: str, row: LineDispute, actor: str, now: datetime) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="dispute",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={
            "number": row.document.number,
            "line": row.position,
            "amount": {"minor": row.total, "currency": row.currency},
            "reason": row.reason,
            "note": row.note,
        },
    )
