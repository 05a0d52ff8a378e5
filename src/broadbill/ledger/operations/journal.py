"""Posting to the books."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from broadbill.core.posting import Entry
from broadbill.ledger.models import JournalEntry, Posting


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
    """Write a balanced entry and return its id. The bill run writes its entries in bulk with `COPY` instead."""
    row = JournalEntry.objects.create(
        posted_on=posted_on,
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
