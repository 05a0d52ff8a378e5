"""Writing a rated chunk: COPY into every table, numbers last."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from broadbill.billing.models import Chunk
from broadbill.billing.operations.chunk_rows import (
    DOCUMENT,
    ENTRY,
    EVENT,
    LINE,
    POSTING,
    TAX,
    document_rows,
    entry_rows,
    event_rows,
    line_rows,
    posting_rows,
    tax_rows,
)
from broadbill.billing.operations.delivery import deliver_later
from broadbill.billing.operations.rate_chunk import Rated, RatedChunk
from broadbill.billing.operations.series import Numbered, take_numbers
from broadbill.kernel.copying import copy_rows, copy_text, next_ids
from broadbill.kernel.news import tell

STATES = """
INSERT INTO billing_accountstate (account_id, next_due_on, billed_through, facts_seen, usage_seen, resume_on,
                                  rulebook_id)
SELECT fresh.*, %s
FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::int[], %s::int[], %s::date[]) AS fresh
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
    _write_states(rated, rulebook_id)
    _write_issues(rated, run_id)
    _check_what_stands()
    copy_text("billing_line", LINE, line_rows(documents, document_ids))
    copy_text("billing_documenttax", TAX, tax_rows(documents, document_ids))
    wait_for_turn(run_id, number)
    numbered = _number(documents)
    copy_text("billing_document", DOCUMENT, document_rows(documents, document_ids, entry_ids, numbered))
    copy_text("event", EVENT, event_rows(documents, document_ids, numbered, actor, now))
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


def _check_what_stands() -> None:
    """Have the database check now what it would check at the commit: while this chunk waits for nobody.

    Between a chunk's turn and its commit every other chunk waits, so as little as possible is left for then.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _write_entries(documents: Sequence[Rated], now: datetime) -> list[int | None]:
    fresh = iter(next_ids("ledger_journalentry", sum(1 for rated in documents if rated.entry)))
    entry_ids = [next(fresh) if rated.entry else None for rated in documents]
    copy_text("ledger_journalentry", ENTRY, entry_rows(documents, entry_ids, now))
    copy_text("ledger_posting", POSTING, posting_rows(documents, entry_ids))
    return entry_ids


def _number(documents: Sequence[Rated]) -> list[Numbered]:
    """The number of each document, every series in the order of the documents."""
    keys = [(rated.content.kind, rated.content.issued_on) for rated in documents]
    numbered: dict[int, Numbered] = {}
    for kind, day in sorted(set(keys)):
        mine = [index for index, key in enumerate(keys) if key == (kind, day)]
        taken = take_numbers(kind=kind, day=day, digests=[documents[index].digest for index in mine])
        numbered.update(zip(mine, taken, strict=True))
    return [numbered[index] for index in range(len(documents))]


def _write_states(rated: RatedChunk, rulebook_id: int) -> None:
    states = rated.states
    columns = (
        (str(state.account_id) for state in states),
        (_day(state.next_due_on) for state in states),
        (_day(state.billed_through) for state in states),
        (str(state.facts_seen) for state in states),
        (str(state.usage_seen) for state in states),
        (_day(state.resume_on) for state in states),
    )
    with connection.cursor() as cursor:
        cursor.execute(STATES, [rulebook_id, *("{" + ",".join(column) + "}" for column in columns)])


def _day(day: date | None) -> str:
    return day.isoformat() if day else "NULL"


def _write_issues(rated: RatedChunk, run_id: int) -> None:
    if not rated.issues:
        return
    copy_rows(
        "billing_runissue",
        ("run_id", "account_id", "code", "reason"),
        ((run_id, account_id, code, reason) for account_id, _, code, reason in rated.issues),
    )
