"""Posting to the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.core.posting import Entry
from broadbill.kernel.copying import copy_rows, next_ids
from broadbill.ledger.models import JournalEntry, Posting
from broadbill.ledger.queries.closing import open_day

ENTRY = ("id", "posted_on", "kind", "reference", "account_id", "currency", "posting_count", "recorded_at")
POSTING = ("entry_id", "number", "ledger_account_id", "account_id", "amount", "earns_from", "earns_to")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEntry:
    """A balanced entry with what the journal says of it. `reference` is a number that people know it by."""

    entry: Entry
    kind: str
    posted_on: date
    reference: str = ""
    account_id: int | None = None


@transaction.atomic
def post_entry(
    *,
    entry: Entry,
    kind: str,
    posted_on: date,
    now: datetime,
    reference: str = "",
    account_id: int | None = None,
) -> int:
    """Write a balanced entry and return its id. The bill run writes its entries in bulk with `COPY` instead.

    What is of a closed month is posted on the first open day.
    """
    row = JournalEntry.objects.create(
        posted_on=open_day(posted_on),
        kind=kind,
        reference=reference,
        account_id=account_id,
        currency=entry.postings[0].amount.currency.code,
        posting_count=len(entry.postings),
        recorded_at=now,
    )
    Posting.objects.bulk_create(
        Posting(
            entry_id=row.id,
            number=number,
            ledger_account_id=posting.ledger_account,
            account_id=posting.account_id,
            amount=posting.amount.minor,
            earns_from=posting.earns.starts if posting.earns else None,
            earns_to=posting.earns.ends if posting.earns else None,
        )
        for number, posting in enumerate(entry.postings, start=1)
    )
    return row.id


@transaction.atomic
def post_entries(*, entries: Sequence[NewEntry], now: datetime) -> list[int]:
    """Write balanced entries in bulk and return their ids in order, those of a closed month on the first open day."""
    first_open = open_day(date.min)
    ids = next_ids("ledger_journalentry", len(entries))
    copy_rows(
        "ledger_journalentry",
        ENTRY,
        (
            (i, max(new.posted_on, first_open), new.kind, new.reference, new.account_id,
             new.entry.postings[0].amount.currency.code, len(new.entry.postings), now)
            for i, new in zip(ids, entries, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        "ledger_posting",
        POSTING,
        (
            (i, number, posting.ledger_account, posting.account_id, posting.amount.minor,
             posting.earns and posting.earns.starts, posting.earns and posting.earns.ends)
            for i, new in zip(ids, entries, strict=True)
            for number, posting in enumerate(new.entry.postings, start=1)
        ),
    )  # fmt: skip
    return ids
