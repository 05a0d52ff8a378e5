"""Writing debts off: asked for, agreed to where it is much, booked; recovered when money comes after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.identity.domain.approvals import refuse_own
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.domain.chart import BAD_DEBT, RECEIVABLES
from broadbill.ledger.operations.journal import post_entry
from broadbill.payments.domain.errors import (
    IdempotencyKeyReused,
    WriteOffDecided,
    WriteOffRefused,
    WriteOffUnknown,
)
from broadbill.payments.domain.matching import Match
from broadbill.payments.models import Allocation, OpenItem, WriteOff
from broadbill.payments.operations.settle import settle_accounts, undo, write_matches
from broadbill.payments.operations.tax_relief import take_relief_back

State = WriteOff.State


@dataclass(frozen=True, kw_only=True, slots=True)
class NewWriteOff:
    """An invoice's debt to be written off: `amount` of it, None for all that is open.

    `reason` is for the books; asking again with the key changes nothing.
    """

    account_id: int
    invoice: str
    reason: str
    idempotency_key: str
    amount: Money | None = None


@transaction.atomic
def request_write_off(
    *, write_off: NewWriteOff, on: date, now: datetime, actor: str, limit: Money | None = None
) -> WriteOff:
    """Write a debt off, or let it wait for another person's agreement above `limit`.

    `limit` is what whoever asks may write off alone; None is without limit.
    Raises: WriteOffRefused, IdempotencyKeyReused, AccountUnknown.
    """
    lock_account(write_off.account_id)
    if earlier := WriteOff.objects.filter(idempotency_key=write_off.idempotency_key).first():
        return _same(earlier, write_off)
    debt = _debt(write_off.account_id, write_off.invoice)
    document = debt.document
    assert document is not None
    currency = Currency.of(document.currency)
    left = Money(debt.open - _asked(document.id), currency)
    amount = left if write_off.amount is None else write_off.amount
    if amount.currency != currency:
        raise WriteOffRefused(reason=f"{write_off.invoice} is in {currency.code}")
    if not 0 < amount.minor <= left.minor:
        raise WriteOffRefused(reason=f"{left} {currency.code} of {write_off.invoice} may be written off")
    row = WriteOff.objects.create(
        account_id=write_off.account_id,
        document=document,
        amount=amount.minor,
        currency=currency.code,
        reason=write_off.reason,
        state=State.REQUESTED,
        idempotency_key=write_off.idempotency_key,
        requested_by=actor,
        requested_at=now,
    )
    if limit is None or (limit.currency == currency and amount <= limit):
        return _book(row, debt, on, now, actor)
    _tell("write_off.requested", row, actor, now)
    return row


@transaction.atomic
def approve_write_off(*, write_off_id: int, on: date, now: datetime, actor: str) -> WriteOff:
    """Agree to a write-off that another person asked for, and book it.

    Raises: WriteOffUnknown, WriteOffDecided, ApprovalNeedsAnother, WriteOffRefused when the debt was paid meanwhile.
    """
    row = _locked(write_off_id, State.REQUESTED)
    refuse_own(asked_by=row.requested_by, actor=actor, what=f"write-off {row.id}")
    debt = _debt(row.account_id, row.document.number)
    if row.amount > debt.open:
        left = Money(debt.open, Currency.of(row.currency))
        raise WriteOffRefused(reason=f"only {left} {row.currency} of {row.document.number} is still open")
    return _book(row, debt, on, now, actor)


@transaction.atomic
def refuse_write_off(*, write_off_id: int, note: str, now: datetime, actor: str) -> WriteOff:
    """Do not agree to a write-off; the debt stays. Raises: WriteOffUnknown, WriteOffDecided."""
    row = _locked(write_off_id, State.REQUESTED)
    row.state, row.note, row.decided_by, row.decided_at = State.REFUSED, note, actor, now
    row.save(update_fields=["state", "note", "decided_by", "decided_at"])
    _tell("write_off.refused", row, actor, now)
    return row


@transaction.atomic
def recover_write_off(*, write_off_id: int, note: str, on: date, now: datetime, actor: str) -> WriteOff:
    """Open the debt again, because its money came after all or it should not have been written off.

    Money that the customer has in credit settles it at once. Raises: WriteOffUnknown, WriteOffDecided.
    """
    row = _locked(write_off_id, State.BOOKED)
    recover([row], note=note, on=on, now=now, actor=actor)
    settle_accounts(account_ids=[row.account_id], actor=actor, now=now)
    return row


def recover(rows: Sequence[WriteOff], *, note: str, on: date, now: datetime, actor: str) -> None:
    """Take booked write-offs back, and their tax relief. The caller holds the accounts' locks and settles."""
    take_relief_back(rows, on=on, now=now, actor=actor)
    for row in rows:
        undo(list(Allocation.objects.filter(credit__write_off=row, undone_at=None)), now)
        OpenItem.objects.filter(write_off=row).update(open=0)
        row.recovery_id = _post(row, Money(row.amount, Currency.of(row.currency)), "recovery", on, now)
        row.state, row.recovered_on, row.note = State.RECOVERED, on, note
        row.save(update_fields=["recovery", "state", "recovered_on", "note"])
        _tell("write_off.recovered", row, actor, now)


def write_off_rest(row: WriteOff, *, on: date, now: datetime, actor: str) -> None:
    """Write off again what is still open of a debt whose write-off `row` was taken back, and no more than that was.

    The caller holds the account's lock.
    """
    debt = OpenItem.objects.get(document_id=row.document_id)
    if debt.open <= 0:
        return
    rest = WriteOff.objects.create(
        account_id=row.account_id,
        document_id=row.document_id,
        amount=min(row.amount, debt.open),
        currency=row.currency,
        reason=row.reason,
        state=State.REQUESTED,
        idempotency_key=f"rest-of:{row.id}",
        requested_by=row.requested_by,
        requested_at=now,
    )
    _book(rest, debt, on, now, actor)


def _debt(account_id: int, invoice: str) -> OpenItem:
    debt = (
        OpenItem.objects.filter(account_id=account_id, document__number=invoice)
        .select_related("document")
        .first()
    )
    if debt is None:
        raise WriteOffRefused(reason=f"the account has no document {invoice}")
    return debt


def _asked(document_id: int) -> int:
    """What waits for agreement already, in minor units."""
    waiting = WriteOff.objects.filter(document_id=document_id, state=State.REQUESTED)
    return sum(waiting.values_list("amount", flat=True))


def _book(row: WriteOff, debt: OpenItem, on: date, now: datetime, actor: str) -> WriteOff:
    """Post it and let it settle the debt alone. The caller holds the account's lock."""
    row.entry_id = _post(row, Money(-row.amount, Currency.of(row.currency)), "write_off", on, now)
    row.state, row.written_off_on, row.decided_by, row.decided_at = State.BOOKED, on, actor, now
    row.save(update_fields=["entry", "state", "written_off_on", "decided_by", "decided_at"])
    credit = OpenItem.objects.create(
        account_id=row.account_id,
        kind=OpenItem.Kind.WRITE_OFF,
        write_off=row,
        dated_on=on,
        due_on=on,
        amount=-row.amount,
        open=-row.amount,
    )
    # Nobody is rewarded for it: it was not paid.
    write_matches([Match(credit.id, debt.id, row.amount)], actor, now)
    _tell("write_off.booked", row, actor, now)
    return row


def _post(row: WriteOff, receivable: Money, kind: str, on: date, now: datetime) -> int:
    return post_entry(
        entry=Entry((Posting(RECEIVABLES, receivable, row.account_id), Posting(BAD_DEBT, -receivable))),
        kind=kind,
        posted_on=on,
        now=now,
        reference=row.document.number,
        account_id=row.account_id,
    )


def _locked(write_off_id: int, wanted: State) -> WriteOff:
    """The write-off with its account locked, so that its debt cannot change meanwhile."""
    found = WriteOff.objects.select_related("document").filter(pk=write_off_id).first()
    if found is None:
        raise WriteOffUnknown(write_off=write_off_id)
    lock_account(found.account_id)
    found.refresh_from_db(fields=["state"])
    if found.state != wanted:
        raise WriteOffDecided(write_off=write_off_id, state=found.state)
    return found


def _same(earlier: WriteOff, asked: NewWriteOff) -> WriteOff:
    same = (earlier.account_id, earlier.document.number) == (asked.account_id, asked.invoice)
    if not same or (asked.amount is not None and asked.amount.minor != earlier.amount):
        raise IdempotencyKeyReused(number=str(earlier))
    return earlier


def _tell(verb: str, row: WriteOff, actor: str, now: datetime) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="write_off",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={
            "number": row.document.number,
            "amount": {"minor": row.amount, "currency": row.currency},
            "reason": row.reason,
            "note": row.note,
        },
    )
