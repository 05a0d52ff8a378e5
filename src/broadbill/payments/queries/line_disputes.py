"""Disputes of lines, as the office and the command line show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from broadbill.billing.models import Line
from broadbill.core.money import Currency, Money
from broadbill.payments.domain.errors import DisputeUnknown
from broadbill.payments.models import LineDispute


@dataclass(frozen=True, slots=True)
class DisputeRead:
    """`amount` is with tax; `state` is open, upheld or refused, `note` what was said of it."""

    id: int
    account: str
    account_name: str
    invoice: str
    position: int
    line: str
    amount: Money
    reason: str
    state: str
    note: str
    opened_by: str
    opened_at: datetime


def open_disputes() -> tuple[DisputeRead, ...]:
    """What waits to be decided, oldest first. Two queries."""
    return _read(LineDispute.objects.filter(state=LineDispute.State.OPEN))


def disputes_of(*, document_id: int) -> tuple[DisputeRead, ...]:
    """Every dispute of a document, oldest first. Two queries."""
    return _read(LineDispute.objects.filter(document_id=document_id))


def disputes_of_account(*, account_id: int) -> tuple[DisputeRead, ...]:
    """Every dispute of an account, latest first. Two queries."""
    return _read(LineDispute.objects.filter(account_id=account_id))[::-1]


def dispute_numbered(number: int) -> DisputeRead:
    """Two queries. Raises: DisputeUnknown."""
    found = _read(LineDispute.objects.filter(pk=number))
    if not found:
        raise DisputeUnknown(dispute=number)
    return found[0]


def _read(rows: QuerySet[LineDispute]) -> tuple[DisputeRead, ...]:
    found = list(rows.select_related("account", "document").order_by("id"))
    lines = Line.objects.filter(document__in={row.document_id for row in found}) if found else ()
    described = {(line.document_id, line.position): line.description for line in lines}
    return tuple(
        DisputeRead(
            id=row.id,
            account=row.account.number,
            account_name=row.account.name,
            invoice=row.document.number,
            position=row.position,
            line=described[row.document_id, row.position],
            amount=Money(row.total, Currency.of(row.currency)),
            reason=row.reason,
            state=row.state,
            note=row.note,
            opened_by=row.opened_by,
            opened_at=row.opened_at,
        )
        for row in found
    )
