"""What customers dispute and is still open: nobody is chased for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

# What is disputed of each open item, never more than is open of it. An upheld dispute counts until a bill knows its
# correction.
DISPUTED_ITEMS = """
SELECT item.account_id, item.id AS item_id, item.due_on, least(sum(dispute.total), item.open)::bigint AS amount
FROM payments_linedispute AS dispute
JOIN payments_openitem AS item ON item.document_id = dispute.document_id AND item.open > 0
WHERE dispute.state = 'open'
   OR (dispute.state = 'upheld' AND NOT EXISTS (
        SELECT 1 FROM billing_document AS later
        WHERE later.account_id = dispute.account_id AND later.facts_seen >= dispute.fact))
GROUP BY item.id
"""


def disputed_of(account_ids: Collection[int], *, on: date) -> dict[int, int]:
    """Minor units in dispute of what is past due on the day, by account; those without are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account_id, sum(amount)::bigint FROM ({DISPUTED_ITEMS}) AS disputed"
            " WHERE account_id = ANY(%s) AND due_on < %s GROUP BY account_id",
            [list(account_ids), on],
        )
        return dict(cursor.fetchall())
