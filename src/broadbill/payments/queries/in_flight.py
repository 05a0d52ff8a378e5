"""Money that is on its way and whose outcome is not known yet: nobody is chased, or asked again, for it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# Direct debits at the bank; card charges without an outcome, or with news that nobody worked off; bank lines that may
# be the customer's and wait for a person.
IN_FLIGHT = """
SELECT account_id, sum(amount)::bigint FROM (
    SELECT account_id, amount FROM payments_debit
    WHERE account_id = ANY(%(accounts)s) AND state IN ('planned', 'asked') AND return_code = ''
    UNION ALL
    SELECT charge.account_id, charge.amount FROM payments_cardcharge AS charge
    WHERE charge.account_id = ANY(%(accounts)s)
      AND (charge.state IN ('asked', 'challenge', 'pending')
           OR charge.state = 'declined' AND EXISTS (
               SELECT FROM payments_webhook AS news
               WHERE news.worked_off_at IS NULL AND news.kind = 'charge'
                 AND news.gateway = charge.gateway AND news.reference = charge.reference))
    UNION ALL
    SELECT suggested.account_id::bigint, line.amount FROM payments_bankline AS line
    CROSS JOIN LATERAL jsonb_array_elements_text(line.suggested) AS suggested(account_id)
    WHERE line.state = 'queued' AND line.amount > 0 AND suggested.account_id::bigint = ANY(%(accounts)s)
) AS flying
GROUP BY account_id
"""


def in_flight_of(account_ids: Collection[int]) -> dict[int, int]:
    """What is on its way from each account, in minor units of its currency; accounts with nothing are left out.

    One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(IN_FLIGHT, {"accounts": list(account_ids)})
        return dict(cursor.fetchall())
