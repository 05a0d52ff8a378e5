"""Issued documents with everything their digest covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from broadbill.billing.domain.content import (
    LINE_COLUMNS,
    TAX_COLUMNS,
    Content,
    Row,
    stored_line_row,
    stored_tax_row,
)

DOCUMENTS = """
SELECT document.id, document.number, document.series_id, document.sequence, document.digest, document.chain_hash,
       document.entry_id, run.rulebook_id, run.through, coalesce(run.issued_on, run.through),
       document.account_id, document.profile_id, document.run_id, document.kind, document.issued_on,
       document.due_on, document.currency, document.subtotal, document.tax, document.total, document.due,
       document.balance_before, document.corrects, document.facts_seen, document.usage_seen
FROM billing_document AS document JOIN billing_billrun AS run ON run.id = document.run_id
WHERE document.account_id = ANY(%s) ORDER BY document.account_id, document.id
"""

LINES = f"""
SELECT line.document_id, {", ".join(f"line.{column}" for column in LINE_COLUMNS)}
FROM billing_line AS line JOIN billing_document AS document ON document.id = line.document_id
WHERE document.account_id = ANY(%s) ORDER BY line.document_id, line.position
"""

TAXES = f"""
SELECT tax.document_id, {", ".join(f"tax.{column}" for column in TAX_COLUMNS)}
FROM billing_documenttax AS tax JOIN billing_document AS document ON document.id = tax.document_id
WHERE document.account_id = ANY(%s) ORDER BY tax.document_id, tax.position
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A document's row: its content, and what binds it to its series, its entry and its run."""

    id: int
    number: str
    series: str
    sequence: int
    digest: bytes
    chain_hash: bytes
    entry_id: int | None
    rulebook_id: int
    # The day through which its run billed, and the date its run gave to documents.
    through: date
    dated: date
    content: Content


def stored_documents(account_ids: Sequence[int]) -> dict[int, list[Stored]]:
    """Each account's documents in the order of issue. Three queries."""
    ids = list(account_ids)
    lines: dict[int, list[Row]] = defaultdict(list)
    taxes: dict[int, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(LINES, [ids])
        for row in cursor:
            lines[row[0]].append(stored_line_row(row[1:]))
        cursor.execute(TAXES, [ids])
        for row in cursor:
            taxes[row[0]].append(stored_tax_row(row[1:]))
        cursor.execute(DOCUMENTS, [ids])
        documents: dict[int, list[Stored]] = defaultdict(list)
        for row in cursor:
            documents[row[10]].append(_stored(row, tuple(lines[row[0]]), tuple(taxes[row[0]])))
    return documents


def _stored(row: Sequence[Any], lines: tuple[Row, ...], taxes: tuple[Row, ...]) -> Stored:
    (document_id, number, series, sequence, digest, chain_hash, entry_id, rulebook_id, through, dated,
     account_id, profile_id, run_id, kind, issued_on, due_on, currency, subtotal, tax, total, due,
     balance_before, corrects, facts_seen, usage_seen) = row  # fmt: skip
    return Stored(
        id=document_id,
        number=number,
        series=series,
        sequence=sequence,
        digest=bytes(digest),
        chain_hash=bytes(chain_hash),
        entry_id=entry_id,
        rulebook_id=rulebook_id,
        through=through,
        dated=dated,
        content=Content(
            account_id=account_id,
            profile_id=profile_id,
            run_id=run_id,
            kind=kind,
            issued_on=issued_on,
            due_on=due_on,
            currency=currency,
            subtotal=subtotal,
            tax=tax,
            total=total,
            due=due,
            balance_before=balance_before,
            corrects=tuple(corrects),
            facts_seen=facts_seen,
            usage_seen=usage_seen,
            lines=lines,
            taxes=taxes,
        ),
    )
