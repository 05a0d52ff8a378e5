"""The books at a glance: what each account of the chart holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.core.money import Currency, Money

TRIAL_BALANCE = """
SELECT chart.code, chart.name, chart.kind, entry.currency,
       coalesce(sum(posting.amount) FILTER (WHERE posting.amount > 0), 0)::bigint,
       coalesce(-sum(posting.amount) FILTER (WHERE posting.amount < 0), 0)::bigint
FROM ledger_ledgeraccount AS chart
JOIN ledger_posting AS posting ON posting.ledger_account_id = chart.code
JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
WHERE entry.posted_on <= %s
GROUP BY chart.code, chart.name, chart.kind, entry.currency
ORDER BY entry.currency, chart.code
"""


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """Turnover of one account of the chart in one currency; `balance` is debit less credit."""

    code: int
    name: str
    kind: str
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        return self.debit - self.credit


def trial_balance(*, as_of: date) -> list[TrialBalanceRow]:
    """Every account with turnover up to and including `as_of`, by currency and code."""
    with connection.cursor() as cursor:
        cursor.execute(TRIAL_BALANCE, [as_of])
        return [
            TrialBalanceRow(
                code=code,
                name=name,
                kind=kind,
                debit=Money(debit, Currency.of(currency)),
                credit=Money(credit, Currency.of(currency)),
            )
            for code, name, kind, currency, debit, credit in cursor.fetchall()
        ]
