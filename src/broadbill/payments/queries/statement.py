"""An account's books as its owner sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.core.money import Currency, Money

STATEMENT = """
SELECT entry.posted_on, entry.kind, coalesce(document.number, entry.reference), posting.amount,
       sum(posting.amount) OVER (ORDER BY entry.posted_on, entry.id)::bigint, entry.currency, document.id,
       coalesce(payment.method, refund.method), reversal.payment_id IS NOT NULL,
       coalesce(of_document.open, of_payment.open, of_refund.open, of_chargeback.open)
FROM ledger_posting AS posting
JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
LEFT JOIN billing_document AS document ON document.entry_id = entry.id
LEFT JOIN payments_payment AS payment ON payment.entry_id = entry.id
LEFT JOIN payments_reversal AS reversal ON reversal.payment_id = payment.id
LEFT JOIN payments_refund AS refund ON refund.entry_id = entry.id
LEFT JOIN payments_openitem AS of_refund ON of_refund.refund_id = refund.id
LEFT JOIN payments_chargeback AS chargeback ON chargeback.entry_id = entry.id
LEFT JOIN payments_openitem AS of_chargeback ON of_chargeback.chargeback_id = chargeback.id
LEFT JOIN payments_openitem AS of_document ON of_document.document_id = document.id
LEFT JOIN payments_openitem AS of_payment ON of_payment.payment_id = payment.id
WHERE posting.account_id = %s AND entry.posted_on BETWEEN %s AND %s
ORDER BY entry.posted_on, entry.id
"""

BEFORE = """
SELECT coalesce(sum(posting.amount), 0)::bigint
FROM ledger_posting AS posting JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
WHERE posting.account_id = %s AND entry.posted_on < %s
"""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One booking: `amount` raises (or lowers, when negative) what is owed; `balance` is owed after it.

    `kind` is invoice, credit_note, payment, reversal, refund, chargeback, write_off, recovery or opening;
    `still_open` what is not settled of it.
    """

    dated_on: date
    kind: str
    number: str
    amount: Money
    balance: Money
    document_id: int | None
    method: str | None
    is_reversed: bool
    still_open: Money | None


@dataclass(frozen=True, slots=True)
class Statement:
    opening: Money
    rows: tuple[StatementRow, ...]

    @property
    def closing(self) -> Money:
        return self.rows[-1].balance if self.rows else self.opening


def statement_of(*, account_id: int, currency: Currency, starts: date, ends: date) -> Statement:
    """The bookings from `starts` to `ends`, both included, oldest first, with the balance after each. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [account_id, starts])
        before: int = cursor.fetchone()[0]
        cursor.execute(STATEMENT, [account_id, starts, ends])
        rows = tuple(
            StatementRow(
                dated_on=row[0],
                kind=row[1],
                number=row[2],
                amount=Money(row[3], currency),
                balance=Money(before + row[4], currency),
                document_id=row[6],
                method=row[7],
                is_reversed=row[8],
                still_open=None if row[9] is None else Money(row[9], currency),
            )
            for row in cursor.fetchall()
        )
    return Statement(Money(before, currency), rows)
