"""Money that was asked for and whose outcome is not known yet: nobody is chased, or asked again, for it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

IN_FLIGHT = """
SELECT account_id, sum(amount)::bigint FROM payments_debit
WHERE account_id = ANY(%s) AND state IN ('planned', 'asked') GROUP BY account_id
"""


def in_flight_of(account_ids: Collection[int]) -> dict[int, int]:
    """What is on its way from each account, in minor units of its currency; accounts with nothing are left out.

    One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(IN_FLIGHT, [list(account_ids)])
        return dict(cursor.fetchall())
