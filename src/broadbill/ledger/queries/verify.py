from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from broadbill.kernel.deviation import Deviation

UNBALANCED = """
SELECT entry.id, entry.kind, entry.posted_on, coalesce(sum(posting.amount), 0), count(posting.number),
       entry.posting_count
FROM ledger_journalentry AS entry LEFT JOIN ledger_posting AS posting ON posting.entry_id = entry.id
GROUP BY entry.id HAVING coalesce(sum(posting.amount), 0) <> 0 OR count(posting.number) <> entry.posting_count
ORDER BY entry.id
"""


def verify_journal() -> Iterator[Deviation]:
    """Check that every entry balances and has all the postings it announced. One query."""
    with connection.cursor() as cursor:
        cursor.execute(UNBALANCED)
        for entry_id, kind, posted_on, total, found, announced in cursor:
            subject = f"{kind} entry {entry_id} of {posted_on}"
            if total:
                yield Deviation(
                    "ledger", subject, f"its postings sum to {total} minor units instead of nothing"
                )
            if found != announced:
                yield Deviation("ledger", subject, f"it announced {announced} postings and has {found}")
