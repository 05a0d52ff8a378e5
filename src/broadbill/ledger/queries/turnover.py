"""What each account of the books holds, from its turnover: quick at any number of postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from broadbill.core.money import Currency, Money
from broadbill.ledger.models import Turnover


@dataclass(frozen=True, slots=True)
class HeldRow:
    """`balance` is debit less credit."""

    code: int
    name: str
    kind: str
    balance: Money

    @property
    def owed(self) -> Money:
        """The balance as a credit."""
        return -self.balance


def held_on(day: date) -> tuple[HeldRow, ...]:
    """Every account with turnover up to and including the day, by currency and code. One query."""
    rows = (
        Turnover.objects.filter(posted_on__lte=day)
        .values_list("currency", "ledger_account_id", "ledger_account__name", "ledger_account__kind")
        .annotate(held=Sum("amount"))
        .order_by("currency", "ledger_account_id")
    )
    return tuple(
        HeldRow(code, name, kind, Money(int(held), Currency.of(currency)))
        for currency, code, name, kind, held in rows
    )
