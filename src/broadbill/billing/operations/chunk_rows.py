"""The rows of a rated chunk, table by table, as COPY takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from json.encoder import encode_basestring_ascii as json_text

from broadbill.billing.domain.content import HEAD_COLUMNS, LINE_COLUMNS, TAX_COLUMNS
from broadbill.billing.operations.rate_chunk import Rated
from broadbill.billing.operations.series import Numbered
from broadbill.core import tabbed

ENTRY = ("id", "posted_on", "kind", "reference", "account_id", "currency", "posting_count", "recorded_at")
POSTING = ("entry_id", "number", "ledger_account_id", "account_id", "amount", "earns_from", "earns_to")
LINE = ("document_id", "position", *LINE_COLUMNS)
TAX = ("document_id", "position", *TAX_COLUMNS)
DOCUMENT = ("id", "series_id", "sequence", "number", "entry_id", *HEAD_COLUMNS, "digest", "chain_hash")
EVENT = ("occurred_at", "actor", "verb", "object_type", "object_id", "account_id", "data")


def entry_rows(documents: Sequence[Rated], entry_ids: Sequence[int | None], now: datetime) -> Iterator[str]:
    recorded_at = now.isoformat()
    for entry_id, rated in zip(entry_ids, documents, strict=True):
        if rated.entry:
            content = rated.content
            yield (
                f"{entry_id}\t{tabbed.day(content.issued_on)}\t{content.kind}\t\t{content.account_id}\t"
                f"{content.currency}\t{len(rated.entry.postings)}\t{recorded_at}"
            )


def posting_rows(documents: Sequence[Rated], entry_ids: Sequence[int | None]) -> Iterator[str]:
    for entry_id, rated in zip(entry_ids, documents, strict=True):
        if rated.entry:
            for number, posting in enumerate(rated.entry.postings, start=1):
                earns = posting.earns
                yield (
                    f"{entry_id}\t{number}\t{posting.ledger_account}\t{tabbed.number(posting.account_id)}\t"
                    f"{posting.amount.minor}\t{tabbed.day(earns and earns.starts)}\t{tabbed.day(earns and earns.ends)}"
                )


def line_rows(documents: Sequence[Rated], document_ids: Sequence[int]) -> Iterator[str]:
    for document_id, rated in zip(document_ids, documents, strict=True):
        for position, line in enumerate(rated.content.lines, start=1):
            yield f"{document_id}\t{position}\t{line}"


def tax_rows(documents: Sequence[Rated], document_ids: Sequence[int]) -> Iterator[str]:
    for document_id, rated in zip(document_ids, documents, strict=True):
        for position, tax in enumerate(rated.content.taxes, start=1):
            yield f"{document_id}\t{position}\t{tax}"


def document_rows(
    documents: Sequence[Rated],
    document_ids: Sequence[int],
    entry_ids: Sequence[int | None],
    numbered: Sequence[Numbered],
) -> Iterator[str]:
    for rated, document_id, entry_id, taken in zip(documents, document_ids, entry_ids, numbered, strict=True):
        yield (
            f"{document_id}\t{tabbed.text(taken.series)}\t{taken.sequence}\t{tabbed.escaped(taken.number)}\t"
            f"{tabbed.number(entry_id)}\t{rated.head}\t{tabbed.octets(taken.digest)}\t"
            f"{tabbed.octets(taken.chain_hash)}"
        )


def event_rows(
    documents: Sequence[Rated],
    document_ids: Sequence[int],
    numbered: Sequence[Numbered],
    actor: str,
    now: datetime,
) -> Iterator[str]:
    """One `invoice.issued` or `credit_note.issued` for each document."""
    head = f"{now.isoformat()}\t{tabbed.text(actor)}"
    for rated, document_id, taken in zip(documents, document_ids, numbered, strict=True):
        content = rated.content
        total = f'{{"minor": {content.total}, "currency": "{content.currency}"}}'
        data = tabbed.escaped(f'{{"number": {json_text(taken.number)}, "total": {total}}}')
        yield f"{head}\t{content.kind}.issued\t{content.kind}\t{document_id}\t{content.account_id}\t{data}"
