"""Writing a rated chunk: COPY into every table, numbers last."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from broadbill.billing.domain.content import LINE_COLUMNS
from broadbill.billing.models import Chunk
from broadbill.billing.operations.delivery import deliver_later
from broadbill.billing.operations.rate_chunk import Rated, RatedChunk
from broadbill.billing.operations.series import Numbered, series_key, take_numbers
from broadbill.kernel.copying import copy_rows, next_ids
from broadbill.kernel.news import tell

ENTRY = ("id", "posted_on", "kind", "reference", "account_id", "currency", "posting_count", "recorded_at")
POSTING = ("entry_id", "number", "ledger_account_id", "account_id", "amount", "earns_from", "earns_to")
LINE = ("document_id", "position", *LINE_COLUMNS)
TAX = ("document_id", "position", "name", "category", "rate", "base", "amount")
DOCUMENT = ("id", "series_id", "sequence", "number", "kind", "account_id", "profile_id", "run_id", "entry_id",
            "issued_on", "due_on", "currency", "subtotal", "tax", "total", "due", "balance_before", "corrects",
            "facts_seen", "usage_seen", "digest", "chain_hash")  # fmt: skip
EVENT = ("occurred_at", "actor", "verb", "object_type", "object_id", "account_id", "data")

STATES = """
INSERT INTO billing_accountstate (account_id, next_due_on, billed_through, facts_seen, usage_seen, rulebook_id,
                                  resume_on)
SELECT fresh.*
FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::int[], %s::int[], %s::bigint[], %s::date[])
     AS fresh(account_id, next_due_on, billed_through, facts_seen, usage_seen, rulebook_id, resume_on)
ON CONFLICT (account_id) DO UPDATE
SET next_due_on = excluded.next_due_on, billed_through = excluded.billed_through,
    facts_seen = excluded.facts_seen, usage_seen = excluded.usage_seen,
    rulebook_id = excluded.rulebook_id, resume_on = excluded.resume_on
"""

TURN_POLL_SECONDS = 0.005


class ChunkOutOfTurn(RuntimeError):
    """The chunk before this one will not be posted by anybody: its worker is gone."""


def post_chunk(
    *, rated: RatedChunk, run_id: int, number: int, rulebook_id: int, actor: str, now: datetime
) -> None:
    """Write everything of a chunk inside the caller's transaction.

    Lines and postings go first; the series are locked only for the documents themselves, and chunks take their
    turn, so the numbers are the same however many workers there are and however often they die.
    """
    documents = rated.documents
    document_ids = next_ids("billing_document", len(documents))
    entry_ids = _write_entries(documents, now)
    copy_rows("billing_line", LINE, _lines(documents, document_ids))
    copy_rows("billing_documenttax", TAX, _taxes(documents, document_ids))
    _write_states(rated, rulebook_id)
    _write_issues(rated, run_id)
    wait_for_turn(run_id, number)
    numbered = _number(documents)
    copy_rows(
        "billing_document",
        DOCUMENT,
        (_document(*row) for row in zip(documents, document_ids, entry_ids, numbered, strict=True)),
    )
    copy_rows("event", EVENT, _events(documents, document_ids, numbered, actor, now))
    Chunk.objects.filter(run_id=run_id, number=number).update(posted_at=now, documents=len(documents))
    if document_ids:
        deliver_later(run_id=run_id, first_document=document_ids[0], last_document=document_ids[-1])
    tell("billing.documents_issued", document_ids=document_ids, actor=actor, now=now)


def wait_for_turn(run_id: int, number: int) -> None:
    """Return when the chunk before is posted. It is asked for without a lock, which would keep its worker out.

    Raises: ChunkOutOfTurn when the run has ended without it.
    """
    with connection.cursor() as cursor:
        while number > 0:
            cursor.execute(
                "SELECT chunk.posted_at IS NOT NULL, run.state FROM billing_chunk AS chunk"
                " JOIN billing_billrun AS run ON run.id = chunk.run_id"
                " WHERE chunk.run_id = %s AND chunk.number = %s",
                [run_id, number - 1],
            )
            posted, state = cursor.fetchone()
            if posted:
                return
            if state != "running":
                raise ChunkOutOfTurn(f"run {run_id} is {state}; chunk {number - 1} was never posted")
            time.sleep(TURN_POLL_SECONDS)


def _write_entries(documents: Sequence[Rated], now: datetime) -> list[int | None]:
    fresh = iter(next_ids("ledger_journalentry", sum(1 for rated in documents if rated.entry)))
    entry_ids = [next(fresh) if rated.entry else None for rated in documents]
    copy_rows(
        "ledger_journalentry",
        ENTRY,
        (
            (entry_id, rated.content.issued_on, rated.content.kind, "", rated.content.account_id,
             rated.content.currency, len(rated.entry.postings), now)
            for entry_id, rated in zip(entry_ids, documents, strict=True)
            if rated.entry
        ),
    )  # fmt: skip
    copy_rows(
        "ledger_posting",
        POSTING,
        (
            (entry_id, number, posting.ledger_account, posting.account_id, posting.amount.minor,
             posting.earns and posting.earns.starts, posting.earns and posting.earns.ends)
            for entry_id, rated in zip(entry_ids, documents, strict=True)
            if rated.entry
            for number, posting in enumerate(rated.entry.postings, start=1)
        ),
    )  # fmt: skip
    return entry_ids


def _lines(documents: Sequence[Rated], document_ids: Sequence[int]) -> Iterator[tuple[object, ...]]:
    for document_id, rated in zip(document_ids, documents, strict=True):
        for position, line in enumerate(rated.content.lines, start=1):
            yield (document_id, position, *line)


def _taxes(documents: Sequence[Rated], document_ids: Sequence[int]) -> Iterator[tuple[object, ...]]:
    for document_id, rated in zip(document_ids, documents, strict=True):
        for position, tax in enumerate(rated.content.taxes, start=1):
            yield (document_id, position, *tax)


def _number(documents: Sequence[Rated]) -> list[tuple[str, bytes, Numbered]]:
    """(series, digest, number) for each document, every series in the order of the documents."""
    digests = [rated.content.digest() for rated in documents]
    keys = [(rated.content.kind, rated.content.issued_on) for rated in documents]
    numbered: dict[int, Numbered] = {}
    for kind, day in sorted(set(keys)):
        mine = [index for index, key in enumerate(keys) if key == (kind, day)]
        taken = take_numbers(kind=kind, day=day, digests=[digests[index] for index in mine])
        numbered.update(zip(mine, taken, strict=True))
    return [(series_key(*keys[index]), digests[index], numbered[index]) for index in range(len(documents))]


def _document(
    rated: Rated, document_id: int, entry_id: int | None, numbering: tuple[str, bytes, Numbered]
) -> tuple[object, ...]:
    content = rated.content
    series, digest, taken = numbering
    return (document_id, series, taken.sequence, taken.number, content.kind, content.account_id,
            content.profile_id, content.run_id, entry_id, content.issued_on, content.due_on, content.currency,
            content.subtotal, content.tax, content.total, content.due, content.balance_before,
            list(content.corrects), content.facts_seen, content.usage_seen, digest, taken.chain_hash)  # fmt: skip


def _events(
    documents: Sequence[Rated],
    document_ids: Sequence[int],
    numbered: Sequence[tuple[str, bytes, Numbered]],
    actor: str,
    now: datetime,
) -> Iterator[tuple[object, ...]]:
    for rated, document_id, (_, _, taken) in zip(documents, document_ids, numbered, strict=True):
        content = rated.content
        data = {"number": taken.number, "total": {"minor": content.total, "currency": content.currency}}
        yield (now, actor, f"{content.kind}.issued", content.kind, str(document_id), content.account_id,
               json.dumps(data))  # fmt: skip


def _write_states(rated: RatedChunk, rulebook_id: int) -> None:
    states = rated.states
    with connection.cursor() as cursor:
        cursor.execute(
            STATES,
            [
                [state.account_id for state in states],
                [state.next_due_on for state in states],
                [state.billed_through for state in states],
                [state.facts_seen for state in states],
                [state.usage_seen for state in states],
                [rulebook_id] * len(states),
                [state.resume_on for state in states],
            ],
        )


def _write_issues(rated: RatedChunk, run_id: int) -> None:
    copy_rows(
        "billing_runissue",
        ("run_id", "account_id", "code", "reason"),
        ((run_id, account_id, code, reason) for account_id, _, code, reason in rated.issues),
    )
