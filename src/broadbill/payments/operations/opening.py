"""Opening balances: what customers owed, or had in credit, when they came from another system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.core.money import Money
from broadbill.core.posting import Entry, Posting
from broadbill.kernel.copying import copy_rows, next_ids
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.ledger.domain.chart import OPENING_BALANCES, RECEIVABLES
from broadbill.ledger.queries.closing import open_day

ENTRY = ("id", "posted_on", "kind", "reference", "account_id", "currency", "posting_count", "recorded_at")
POSTING = ("entry_id", "number", "ledger_account_id", "account_id", "amount")
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
        Entry(
            (
                Posting(RECEIVABLES, balance.amount, balance.account_id),
                Posting(OPENING_BALANCES, -balance.amount),
            )
        )
        for balance in owed
    ]
    first_open = open_day(date.min)
    ids = next_ids("ledger_journalentry", len(owed))
    copy_rows(
        "ledger_journalentry",
        ENTRY,
        (
            (i, max(new.as_of, first_open), "opening", "", new.account_id, new.amount.currency.code, 2, now)
            for i, new in zip(ids, owed, strict=True)
        ),
    )
    copy_rows(
        "ledger_posting",
        POSTING,
        (
            (i, number, posting.ledger_account, posting.account_id, posting.amount.minor)
            for i, entry in zip(ids, entries, strict=True)
            for number, posting in enumerate(entry.postings, start=1)
        ),
    )
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
