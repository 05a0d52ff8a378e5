"""Taking addresses back from subscriptions that have ended."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.network.domain.addresses import spelled

ACTOR = "system:network"
# Ended for good: no day of the customer's from today on is in service or suspended. Where a session still has it, it is
# taken back once that is over, so that no two have it at one time.
TAKE_BACK = """
UPDATE network_assignment AS held SET ends_at = greatest(%(now)s::timestamptz, held.starts_at)
FROM network_access AS access
JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
JOIN accounts_profile AS details ON details.id = account.profile_id
WHERE access.id = held.access_id AND held.ends_at IS NULL
  AND EXISTS (
      SELECT FROM contracts_subscriptionterm AS term
      WHERE term.subscription_id = subscription.id AND term.superseded_at IS NULL
  )
  AND NOT EXISTS (
      SELECT FROM contracts_subscriptionterm AS term
      WHERE term.subscription_id = subscription.id AND term.superseded_at IS NULL
        AND (upper_inf(term.holds) OR upper(term.holds) > (%(now)s::timestamptz AT TIME ZONE details.timezone)::date)
  )
  AND NOT EXISTS (
      SELECT FROM radacct AS session WHERE session.username = access.username AND session.acctstoptime IS NULL
  )
RETURNING access.id, access.username, held.network::text, held.ends_at, subscription.account_id
"""


@transaction.atomic
def take_back_of_ended(*, now: datetime) -> int:
    """Let the addresses of ended subscriptions be given again from now on; return how many. Each on its account's page.

    A line that is taken into service again is given one anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, {"now": now})
        taken = cursor.fetchall()
    record_events(
        NewEvent(
            actor=ACTOR,
            verb="address.taken_back",
            object_type="access",
            object_id=str(access_id),
            occurred_at=now,
            account_id=account_id,
            data={"username": username, "address": spelled(network), "from": ends_at.isoformat()},
        )
        for access_id, username, network, ends_at, account_id in taken
    )
    return len(taken)
