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

TURNOVER = """
WITH posted AS (
    SELECT entry.posted_on, entry.kind, posting.ledger_account_id, entry.currency, sum(posting.amount) AS amount,
           count(*) AS postings
    FROM ledger_posting AS posting JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
    GROUP BY 1, 2, 3, 4
), rolled AS (
    SELECT posted_on, kind, ledger_account_id, currency, sum(amount) AS amount, sum(postings) AS postings
    FROM ledger_turnover GROUP BY 1, 2, 3, 4
)
SELECT posted_on, kind, ledger_account_id, currency, coalesce(posted.amount, 0), coalesce(rolled.amount, 0)
FROM posted FULL JOIN rolled USING (posted_on, kind, ledger_account_id, currency)
WHERE (posted.amount, posted.postings) IS DISTINCT FROM (rolled.amount, rolled.postings)
ORDER BY 1, 2, 3, 4
"""


def verify_turnover() -> Iterator[Deviation]:
    """Check that the turnover of each day and account is the sum of its postings. One query."""
    with connection.cursor() as cursor:
        cursor.execute(TURNOVER)
        for posted_on, kind, code, currency, posted, rolled in cursor:
            yield Deviation(
                "ledger",
                f"turnover of {kind} on account {code} of {posted_on}",
                f"is {rolled} minor units {currency}, its postings sum to {posted}",
            )


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
