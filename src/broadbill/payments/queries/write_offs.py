"""Debts that were written off, and those that wait for another person's agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.errors import WriteOffUnknown
from broadbill.payments.models import WriteOff


@dataclass(frozen=True, slots=True)
class WriteOffRead:
    """`state` is requested, booked, refused or recovered."""

    id: int
    account: str
    account_name: str
    invoice: str
    amount: Money
    reason: str
    state: str
    written_off_on: date | None
    requested_by: str
    requested_at: datetime


def waiting_write_offs() -> tuple[WriteOffRead, ...]:
    """Oldest first. One query."""
    return _read(WriteOff.objects.filter(state=WriteOff.State.REQUESTED))


def standing_write_offs(*, document_id: int | None = None) -> tuple[WriteOffRead, ...]:
    """What is written off or waits to be, of all or of one document, oldest first. One query."""
    rows = WriteOff.objects.filter(state__in=[WriteOff.State.REQUESTED, WriteOff.State.BOOKED])
    return _read(rows if document_id is None else rows.filter(document_id=document_id))


def write_off_numbered(number: int) -> WriteOffRead:
    """One query. Raises: WriteOffUnknown."""
    found = _read(WriteOff.objects.filter(pk=number))
    if not found:
        raise WriteOffUnknown(write_off=number)
    return found[0]


def _read(rows: QuerySet[WriteOff]) -> tuple[WriteOffRead, ...]:
    return tuple(
        WriteOffRead(
            id=row.id,
            account=row.account.number,
            account_name=row.account.name,
            invoice=row.document.number,
            amount=Money(row.amount, Currency.of(row.currency)),
            reason=row.reason,
            state=row.state,
            written_off_on=row.written_off_on,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
        )
        for row in rows.select_related("account", "document").order_by("id")
    )
