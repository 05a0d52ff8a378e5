"""A bank statement against every open invoice: how quickly payers are recognised and their payments posted.

The payers write as payers do: most name the invoice, some as an RF reference, some their customer number or nothing but
their own name with the right amount, and some nobody knows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from benchmarks.provider import NEXT_BILL
from broadbill.billing.queries.sheets import payment_reference
from broadbill.core.money import Currency, Money
from broadbill.payments.domain.bank import BankLine, Statement
from broadbill.payments.operations.bank import import_statements

LINES = 100_000
BOOKED_ON = NEXT_BILL + timedelta(days=7)
NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
OPEN = "SELECT count(*) FROM payments_openitem WHERE kind = 'document' AND open > 0"
# One open invoice of each of so many accounts, spread over all of them.
INVOICES = """
SELECT document.number, account.number, account.name, item.open, document.currency
FROM (SELECT DISTINCT ON (account_id) document_id, account_id, open FROM payments_openitem
      WHERE kind = 'document' AND open > 0 ORDER BY account_id, id) AS item
JOIN billing_document AS document ON document.id = item.document_id
JOIN accounts_account AS account ON account.id = item.account_id
ORDER BY md5(account.number) LIMIT %s
"""


def measure(most: int = LINES) -> dict[str, Any]:
    """Take in one statement of `most` bookings, or one for each debtor where there are fewer."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        open_invoices = cursor.fetchone()[0]
        cursor.execute(INVOICES, [most])
        lines = [_line(place, *row) for place, row in enumerate(cursor.fetchall())]
    statement = Statement(iban="LU280019400644750000", number="1", lines=lines)
    began = time.monotonic()
    taken = import_statements(statements=[statement], file="benchmark", now=NOW, actor="benchmark")
    seconds = time.monotonic() - began
    return {
        "open_invoices": open_invoices,
        "lines": len(lines),
        "seconds": seconds,
        "lines_per_second": len(lines) / seconds,
        "payments": taken.matched,
        "payments_per_second": taken.matched / seconds,
        "queued": taken.queued,
    }


def _line(place: int, document: str, account: str, name: str, amount: int, currency: str) -> BankLine:
    text, payer = next(said for share, said in _habits(document, account, name) if place % 100 < share)
    return BankLine(
        booked_on=BOOKED_ON,
        amount=Money(amount, Currency.of(currency)),
        payer=payer,
        references=(text,) if text else (),
        bank_reference=f"B{place}",
    )


def _habits(document: str, account: str, name: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """What is written, by the hundredth below which a line is written so."""
    yield 60, (f"Invoice {document}", "Somebody Else")
    yield 75, (payment_reference(document), "Somebody Else")
    yield 85, (f"customer {account}", "Somebody Else")
    yield 95, ("", name)
    yield 100, ("thank you", "Somebody Else")
