"""Which accounts a run has to look at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import Any

from django.db import connection

from broadbill.billing.domain.batches import batches
from broadbill.kernel.reading import in_blocks

# What one transaction rates in a quarter of a minute.
RECORDS_PER_CHUNK = 500_000

# An account is due when it was never billed, when its next date has come, or when something is known of it
# that its last bill did not know. One billed beyond the run's date waits for a run that reaches there.
DUE = """
FROM accounts_account AS account LEFT JOIN billing_accountstate AS state ON state.account_id = account.id
WHERE account.facts_recorded > 0
  AND (%(only)s::bigint[] IS NULL OR account.id = ANY(%(only)s))
  AND (NOT %(prepaid)s OR EXISTS (
      SELECT FROM contracts_subscription AS subscription
      JOIN contracts_subscriptionterm AS term ON term.subscription_id = subscription.id
      JOIN catalog_plan AS plan ON plan.id = term.plan_id AND plan.prepaid
      WHERE subscription.account_id = account.id
        AND term.superseded_at IS NULL AND term.holds @> %(through)s::date))
  AND (%(timezones)s::text[] IS NULL OR EXISTS (
      SELECT FROM accounts_profile AS profile
      WHERE profile.id = account.profile_id AND profile.timezone = ANY(%(timezones)s)))
  AND (%(left_out)s::bigint[] IS NULL OR account.id <> ALL(%(left_out)s))
  AND (state.account_id IS NULL
       OR (state.billed_through <= %(through)s
           AND (state.next_due_on <= %(through)s
                OR state.facts_seen < account.facts_recorded
                OR state.usage_seen < account.usage_recorded
                OR state.rulebook_id <> ALL(%(rulebooks)s))))
"""

# What an account weighs are the usage records that it may take to rate it: those that its last bill did not know, or
# all where it is rated from the beginning.
WEIGHED = f"""
SELECT account.id,
       account.usage_recorded - CASE WHEN state.resume_on IS NOT NULL
                                      AND state.facts_seen = account.facts_recorded
                                      AND state.rulebook_id = ANY(%(rulebooks)s)
                                     THEN state.usage_seen ELSE 0 END
{DUE} ORDER BY account.id
"""

LOCKED = f"""
SELECT account.id {DUE} AND account.id BETWEEN %(first)s AND %(last)s
ORDER BY account.id FOR NO KEY UPDATE OF account
"""


@dataclass(frozen=True, slots=True)
class Due:
    """What decides who is due: the date, the accounts asked for (ascending; None for all), the rulebooks that agree.

    `prepaid_only` leaves out accounts without a prepaid plan in service on the date, `timezones` those of other zones.
    `left_out` are accounts that are not asked for although they are due.
    """

    through: date
    only_accounts: Sequence[int] | None
    rulebook_ids: Sequence[int]
    prepaid_only: bool = False
    timezones: Sequence[str] | None = None
    left_out: Sequence[int] = ()

    def parameters(self, **more: Any) -> dict[str, Any]:
        return {
            "through": self.through,
            "only": None if self.only_accounts is None else list(self.only_accounts),
            "prepaid": self.prepaid_only,
            "timezones": None if self.timezones is None else list(self.timezones),
            "left_out": list(self.left_out) or None,
            "rulebooks": list(self.rulebook_ids),
            **more,
        }

    def between(self, first: int, last: int) -> Due:
        """The same for the accounts between two ids, so that a chunk does not send the ids of all."""
        if self.only_accounts is None:
            return self
        here = slice(bisect_left(self.only_accounts, first), bisect_right(self.only_accounts, last))
        return replace(self, only_accounts=self.only_accounts[here])


def cut_into_chunks(due: Due, size: int) -> list[tuple[int, int, int]]:
    """(first account id, last account id, accounts) of consecutive chunks of due accounts, inside a transaction.

    A chunk has at most `size` accounts and RECORDS_PER_CHUNK usage records, unless one account alone has more.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(WEIGHED, due.parameters())
        chunks = batches(
            in_blocks(cursor), weight=itemgetter(1), most_items=size, most_weight=RECORDS_PER_CHUNK
        )
        return [(chunk[0][0], chunk[-1][0], len(chunk)) for chunk in chunks]


def lock_due_accounts(due: Due, first: int, last: int) -> list[int]:
    """The due accounts between two ids, locked until the transaction ends, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(LOCKED, due.between(first, last).parameters(first=first, last=last))
        return [row[0] for row in cursor.fetchall()]
