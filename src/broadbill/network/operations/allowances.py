"""What may be used in a month: telling customers at 80 and 100 %, and slowing down who has used it up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from broadbill.accounts.models import Account, Provider
from broadbill.accounts.operations.lock import lock_accounts
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.documents.domain.wording import Wording
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.network.domain.retention import month_after
from broadbill.network.operations.throttling import throttle

ACTOR = "system:network"
LETTER = "allowance"
OCTETS_PER_GB = 10**9

# The months that hold now, of those who used four fifths of theirs and have not been told of what they reached.
REACHED = """
WITH owner AS (
    SELECT DISTINCT standing.subscription_id, standing.account_id, details.timezone, own.allowance_octets,
           own.throttled_to_id IS NOT NULL AS is_throttled,
           date_trunc('month', %(now)s::timestamptz AT TIME ZONE details.timezone)::date AS month
    FROM network_standing AS standing
    JOIN network_profile AS own ON own.id = standing.own_profile_id AND own.allowance_octets IS NOT NULL
    JOIN accounts_account AS account ON account.id = standing.account_id
    JOIN accounts_profile AS details ON details.id = account.profile_id
    WHERE standing.subscription_id = ANY(%(subscriptions)s)
), used AS (
    SELECT owner.*, (
        SELECT coalesce(sum(day.input_octets + day.output_octets), 0)::bigint FROM network_sessionday AS day
        WHERE day.subscription_id = owner.subscription_id AND day.used_on >= owner.month
          AND day.used_on < owner.month + interval '1 month'
    ) AS octets
    FROM owner
), reached AS (
    SELECT used.*, CASE WHEN octets >= allowance_octets THEN 100 ELSE 80 END AS percent
    FROM used WHERE octets * 5 >= allowance_octets * 4
), told AS (
    INSERT INTO network_allowancenotice (subscription_id, month, percent, used_octets, noticed_at)
    SELECT subscription_id, month, percent, octets, %(now)s FROM reached
    ON CONFLICT DO NOTHING
    RETURNING subscription_id
)
SELECT reached.subscription_id, account_id, timezone, allowance_octets, is_throttled, month, octets, percent
FROM reached JOIN told ON told.subscription_id = reached.subscription_id
ORDER BY account_id, reached.subscription_id
"""


@dataclass(frozen=True, slots=True)
class Reached:
    """A subscription that has used `percent` (80 or 100) of its month. `month` is its first day."""

    subscription_id: int
    account_id: int
    timezone: str
    allowance_octets: int
    is_throttled: bool
    month: date
    octets: int
    percent: int

    @property
    def again_on(self) -> date:
        return month_after(self.month, 1)

    @property
    def again_at(self) -> datetime:
        return datetime.combine(self.again_on, time(), ZoneInfo(self.timezone)).astimezone(UTC)


def check_allowances(*, subscription_ids: Collection[int], now: datetime) -> int:
    """Tell and slow down whom it concerns, each once a month; return how many. Inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(REACHED, {"subscriptions": list(subscription_ids), "now": now})
        found = [Reached(*row) for row in cursor.fetchall()]
    if not found:
        return 0
    accounts = lock_accounts({each.account_id for each in found})
    readers = readers_of(accounts.values(), letter=LETTER)
    provider = current_provider()
    enqueue_many(
        drafts=(
            draft
            for each in found
            for draft in _drafts(each, accounts[each.account_id], provider, readers[each.account_id])
        ),
        now=now,
    )
    record_events(_event(each, now) for each in found)
    for each in found:
        if each.percent == 100 and each.is_throttled:
            throttle(
                account_id=each.account_id,
                subscription_id=each.subscription_id,
                reason="the month's allowance is used up",
                now=now,
                actor=ACTOR,
                ends_at=each.again_at,
            )
    return len(found)


def _event(each: Reached, now: datetime) -> NewEvent:
    return NewEvent(
        actor=ACTOR,
        verb="allowance.reached",
        object_type="subscription",
        object_id=str(each.subscription_id),
        occurred_at=now,
        account_id=each.account_id,
        data={"percent": each.percent, "used_octets": each.octets, "allowance_octets": each.allowance_octets},
    )


def _drafts(each: Reached, account: Account, provider: Provider, readers: Collection[str]) -> Iterator[Draft]:
    profile = account.profile
    wording = Wording.of(profile.language)
    written = write(
        kind=LETTER,
        language=profile.language,
        facts={
            "seller": provider.name,
            "name": profile.legal_name,
            "percent": str(each.percent),
            "allowance": _gigabytes(wording, each.allowance_octets),
            "used": _gigabytes(wording, each.octets),
            "throttled": each.percent == 100 and each.is_throttled,
            "again_on": wording.long_date(each.again_on),
            "contact": provider.phone or provider.email,
        },
    )
    for address in readers:
        yield written.to(
            address,
            object_type="subscription",
            object_id=f"{each.subscription_id}:{each.month:%Y-%m}:{each.percent}",
            account_id=account.id,
        )


def _gigabytes(wording: Wording, octets: int) -> str:
    return f"{wording.number(Decimal(octets) / OCTETS_PER_GB, most=1)} GB"
