"""Opening balances: what customers owed, or had in credit, when they came from another system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.core.money import Money
from broadbill.core.posting import Entry, Posting
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.ledger.domain.chart import OPENING_BALANCES, RECEIVABLES
from broadbill.ledger.operations.journal import NewEntry, post_entries

ITEM = ("account_id", "kind", "dated_on", "due_on", "amount", "open")


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningBalance:
    """`amount` is positive when the customer owes, negative when they are in credit."""

    account_id: int
    amount: Money
    as_of: date


@transaction.atomic
def open_balances(*, balances: Sequence[OpeningBalance], now: datetime, actor: str) -> None:
    """Book opening balances in bulk; balances of nothing are passed over."""
    owed = [balance for balance in balances if balance.amount]
    entries = [
        NewEntry(
            entry=Entry(
                (
                    Posting(RECEIVABLES, balance.amount, balance.account_id),
                    Posting(OPENING_BALANCES, -balance.amount),
                )
            ),
            kind="opening",
            posted_on=balance.as_of,
            account_id=balance.account_id,
        )
        for balance in owed
    ]
    post_entries(entries=entries, now=now)
    copy_rows(
        "payments_openitem",
        ITEM,
        (
            (new.account_id, "opening", new.as_of, new.as_of, new.amount.minor, new.amount.minor)
            for new in owed
        ),
    )
    record_events(
        NewEvent(
            actor=actor,
            verb="account.opening_balance",
            object_type="account",
            object_id=str(new.account_id),
            occurred_at=now,
            account_id=new.account_id,
            data={"amount": {"minor": new.amount.minor, "currency": new.amount.currency.code}},
        )
        for new in owed
    )
