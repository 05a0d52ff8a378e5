"""What has settled a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.core.money import Currency, Money
from broadbill.payments.models import Allocation, OpenItem


@dataclass(frozen=True, slots=True)
class Settling:
    """What settled a part of a document. `kind` is payment, document, write_off or opening."""

    kind: str
    number: str
    method: str
    dated_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Settlement:
    """`still_open` has the document's sign; None when no open item was made of it (nothing was due)."""

    still_open: Money | None
    by: tuple[Settling, ...]


def settlement_of(*, document_id: int, currency: Currency) -> Settlement:
    """What settled an invoice, or what a credit note was spent on, oldest first. Two queries."""
    item = OpenItem.objects.filter(document_id=document_id).values_list("id", "open", "amount").first()
    if item is None:
        return Settlement(None, ())
    item_id, still_open, amount = item
    mine, other = ("debit", "credit") if amount >= 0 else ("credit", "debit")
    allocations = (
        Allocation.objects.filter(**{mine: item_id}, undone_at=None)
        .select_related(f"{other}__payment", f"{other}__document", f"{other}__refund")
        .order_by("id")
    )
    settlings = tuple(_settling(getattr(row, other), row.amount, currency) for row in allocations)
    return Settlement(Money(still_open, currency), settlings)


def open_of_documents(document_ids: Sequence[int]) -> dict[int, int]:
    """Minor units that are still open of each document, with its sign, where some are. One query."""
    items = OpenItem.objects.filter(document_id__in=document_ids).exclude(open=0)
    return {key: minor for key, minor in items.values_list("document_id", "open") if key is not None}


def _settling(item: OpenItem, amount: int, currency: Currency) -> Settling:
    named = item.payment or item.document or item.refund
    return Settling(
        kind=item.kind,
        number=(named.number or "") if named else "",
        method=item.payment.method if item.payment else "",
        dated_on=item.dated_on,
        amount=Money(amount, currency),
    )
