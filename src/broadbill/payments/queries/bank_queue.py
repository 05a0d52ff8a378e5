"""The bank lines that wait for a person, with the accounts they may be of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from broadbill.accounts.models import Account
from broadbill.core.money import Currency, Money
from broadbill.payments.models import BankLine

LINES_PER_PAGE = 200


@dataclass(frozen=True, slots=True)
class QueuedLine:
    """`suggested` are account numbers with names, likeliest first."""

    id: int
    booked_on: date
    amount: Money
    payer: str
    payer_iban: str
    references: tuple[str, ...]
    reason: str
    suggested: tuple[tuple[str, str], ...]


def bank_queue(*, after: int = 0, limit: int = LINES_PER_PAGE) -> tuple[QueuedLine, ...]:
    """A page of the queue, oldest first, from behind a line's id. Two queries."""
    return _read(BankLine.objects.filter(id__gt=after), limit)


def queued_line(line_id: int) -> QueuedLine | None:
    """One line of the queue; None once it is decided. Two queries."""
    return next(iter(_read(BankLine.objects.filter(pk=line_id), 1)), None)


def _read(lines: QuerySet[BankLine], limit: int) -> tuple[QueuedLine, ...]:
    rows = list(lines.filter(state=BankLine.State.QUEUED).order_by("id")[:limit])
    meant = {account_id for row in rows for account_id in row.suggested}
    accounts = {
        account_id: (number, name)
        for account_id, number, name in Account.objects.filter(pk__in=meant).values_list(
            "id", "number", "name"
        )
    }
    return tuple(
        QueuedLine(
            id=row.id,
            booked_on=row.booked_on,
            amount=Money(row.amount, Currency.of(row.currency)),
            payer=row.payer,
            payer_iban=row.payer_iban,
            references=tuple(row.references.splitlines()),
            reason=row.reason,
            suggested=tuple(accounts[account_id] for account_id in row.suggested),
        )
        for row in rows
    )
