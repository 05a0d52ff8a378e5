"""Which accounts have prepaid plans in service, and what of it the wallet has paused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.prepaid.domain.covering import WALLET_EMPTY

PAUSED = """
SELECT subscription.account_id, subscription.id, pause.effective_on
FROM contracts_subscription AS subscription
JOIN LATERAL (
    SELECT term.plan_id, term.state, upper(term.holds) AS ends_on FROM contracts_subscriptionterm AS term
    WHERE term.subscription_id = subscription.id AND term.superseded_at IS NULL
    ORDER BY lower(term.holds) DESC LIMIT 1
) AS term ON term.state = 'suspended'
JOIN catalog_plan AS plan ON plan.id = term.plan_id AND plan.prepaid
JOIN LATERAL (
    SELECT fact.effective_on, fact.detail ->> 'reason' AS reason FROM contracts_fact AS fact
    WHERE fact.subscription_id = subscription.id AND fact.kind = 'suspend'
    ORDER BY fact.number DESC LIMIT 1
) AS pause ON pause.reason = %(reason)s
WHERE subscription.account_id = ANY(%(accounts)s) AND (term.ends_on IS NULL OR term.ends_on > pause.effective_on)
ORDER BY subscription.account_id, subscription.id
"""

# Accounts whose next period begins by a day and whose owners have not been told yet; paused service begins nothing.
SOON = """
SELECT DISTINCT account.id
FROM catalog_plan AS plan
JOIN contracts_subscriptionterm AS term ON term.plan_id = plan.id AND term.superseded_at IS NULL
JOIN contracts_subscription AS subscription ON subscription.id = term.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
JOIN billing_accountstate AS state ON state.account_id = account.id
WHERE plan.prepaid AND term.state = 'active' AND term.holds @> %(on)s::date AND state.next_due_on <= %(until)s
  AND NOT EXISTS (SELECT FROM prepaid_depletion AS told WHERE told.account_id = account.id AND told.ended_at IS NULL)
ORDER BY account.id
"""

ZONES = """
SELECT DISTINCT profile.timezone
FROM catalog_plan AS plan
JOIN contracts_subscriptionterm AS term ON term.plan_id = plan.id AND term.superseded_at IS NULL
JOIN contracts_subscription AS subscription ON subscription.id = term.subscription_id
JOIN accounts_account AS account ON account.id = subscription.account_id
JOIN accounts_profile AS profile ON profile.id = account.profile_id
WHERE plan.prepaid ORDER BY profile.timezone
"""


@dataclass(frozen=True, slots=True)
class PausedSubscription:
    """Service that stopped because the wallet was empty, from `since` on."""

    id: int
    since: date


def paused_by_wallet(account_ids: Sequence[int]) -> dict[int, list[PausedSubscription]]:
    """What the wallet paused and nobody has resumed, ended or suspended otherwise, oldest first. One query."""
    found: dict[int, list[PausedSubscription]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(PAUSED, {"accounts": list(account_ids), "reason": WALLET_EMPTY})
        for account_id, subscription_id, since in cursor.fetchall():
            found[account_id].append(PausedSubscription(subscription_id, since))
    return dict(found)


def due_soon(*, on: date, until: date) -> list[int]:
    """Served prepaid accounts that are billed next by `until` and whose depletion was not told. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SOON, {"on": on, "until": until})
        return [row[0] for row in cursor.fetchall()]


def prepaid_timezones() -> tuple[str, ...]:
    """The time zones of accounts with prepaid plans. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ZONES)
        return tuple(row[0] for row in cursor.fetchall())
