"""Invoices by the day of issue, with what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.billing.models import Document
from broadbill.core.money import Currency, Money


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    """`due` is what the invoice asked for when it was issued: its total less the customer's credit."""

    number: str
    account_id: int
    account: str
    issued_on: date
    due_on: date
    due: Money


def invoices_issued(*, starts: date, ends: date) -> tuple[InvoiceIssued, ...]:
    """Invoices issued from `starts` up to, not including, `ends`, in the order of issue. One query."""
    found = Document.objects.filter(kind=Document.Kind.INVOICE, issued_on__gte=starts, issued_on__lt=ends)
    rows = found.order_by("id").values_list(
        "number", "account_id", "account__number", "issued_on", "due_on", "due", "currency"
    )
    return tuple(InvoiceIssued(*row[:5], Money(row[5], Currency.of(row[6]))) for row in rows)
