"""Which accounts may be collected from, and what each owes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

COLLECTABLE = """
SELECT account.id, account.number, profile.currency, owing.owed, mandate.id,
       greatest(mandate.signed_on, used.last_on), used.last_on IS NOT NULL,
       EXISTS (SELECT FROM payments_debit AS debit
               WHERE debit.account_id = account.id AND debit.state IN ('planned', 'asked')),
       EXISTS (SELECT FROM payments_cardcharge AS charge
               WHERE charge.account_id = account.id AND charge.state IN ('asked', 'challenge', 'pending')),
       ARRAY(SELECT debit.return_code FROM payments_debit AS debit
             WHERE debit.mandate_id = mandate.id
               AND (debit.state IN ('collected', 'returned') OR debit.return_code <> '')
             ORDER BY debit.id DESC LIMIT 3),
       ARRAY(SELECT debit.returned_on FROM payments_debit AS debit
             WHERE debit.mandate_id = mandate.id
               AND (debit.state IN ('collected', 'returned') OR debit.return_code <> '')
             ORDER BY debit.id DESC LIMIT 3)
FROM accounts_account AS account
JOIN accounts_profile AS profile ON profile.id = account.profile_id
JOIN (SELECT account_id, sum(open)::bigint AS owed FROM payments_openitem
      WHERE open < 0 OR (open > 0 AND due_on <= %(on)s)
      GROUP BY account_id HAVING sum(open) > 0) AS owing ON owing.account_id = account.id
LEFT JOIN payments_mandate AS mandate ON mandate.account_id = account.id AND mandate.cancelled_at IS NULL
LEFT JOIN (SELECT mandate_id, max(due_on) AS last_on FROM payments_debit
           WHERE state IN ('asked', 'collected', 'returned')
           GROUP BY mandate_id) AS used ON used.mandate_id = mandate.id
WHERE account.pays_by = 'direct_debit'
  AND (%(only)s::bigint IS NULL OR account.id = %(only)s)
ORDER BY account.id
"""

OWED = """
SELECT account_id, sum(open)::bigint FROM payments_openitem
WHERE account_id = ANY(%s) AND (open < 0 OR (open > 0 AND due_on <= %s))
  AND NOT EXISTS (SELECT FROM payments_cardcharge AS charge
                  WHERE charge.account_id = payments_openitem.account_id
                    AND charge.state IN ('asked', 'challenge', 'pending'))
GROUP BY account_id
"""


@dataclass(frozen=True, slots=True)
class Collectable:
    """An account that pays by direct debit and owes. `returns` are the codes of its mandate's last three collections,
    newest first, empty where the money stayed, `returned_on` their days. `is_charged` while a card charge may pay.
    """

    account_id: int
    number: str
    currency: str
    owed: int
    mandate_id: int | None
    mandate_used_on: date | None
    has_collected: bool
    is_under_way: bool
    is_charged: bool
    returns: Sequence[str]
    returned_on: Sequence[date | None]


def collectable(*, on: date, only_account: int | None = None) -> list[Collectable]:
    """Everybody who owes on the day, credits taken off. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COLLECTABLE, {"on": on, "only": only_account})
        return [Collectable(*row) for row in cursor.fetchall()]


def owed_by(account_ids: Collection[int], *, on: date) -> dict[int, int]:
    """What each owes on the day, credits taken off, in minor units, save whose card is being charged. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OWED, [list(account_ids), on])
        return dict(cursor.fetchall())
