"""What an account has on a day, with the charges of its plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from broadbill.contracts.domain.errors import SubscriptionEnded, SubscriptionUnknown

# The day is given, or is the local one of an instant.
SERVICES = """
SELECT subscription.id, subscription.account_id, account.number, subscription.code, asked.day, plan.code,
       array(SELECT charge.code FROM catalog_charge AS charge WHERE charge.plan_id = plan.id ORDER BY charge.position),
       array(SELECT charge.code FROM catalog_charge AS charge
             WHERE charge.plan_id = plan.id AND charge.terms ->> 'type' = 'recurring' ORDER BY charge.position)
FROM contracts_subscription AS subscription
JOIN accounts_account AS account ON account.id = subscription.account_id
JOIN accounts_profile AS profile ON profile.id = account.profile_id
CROSS JOIN LATERAL (
    SELECT coalesce(%(on)s::date, (%(moment)s::timestamptz AT TIME ZONE profile.timezone)::date) AS day
) AS asked
LEFT JOIN contracts_subscriptionterm AS term
  ON term.subscription_id = subscription.id AND term.superseded_at IS NULL AND term.holds @> asked.day
LEFT JOIN catalog_plan AS plan ON plan.id = term.plan_id
WHERE subscription.account_id = %(account)s OR subscription.id = ANY(%(subscriptions)s)
ORDER BY subscription.id
"""

# One sentence lists what is wrong, but no page of it.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Service:
    """A subscription in service on `day`: its plan, the codes of all charges and of the recurring ones."""

    subscription_id: int
    account_id: int
    account: str
    code: str
    day: date
    plan: str
    charges: tuple[str, ...]
    recurring: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.account}/{self.code}"


def service_on(*, account_id: int, subscription_id: int, on: date) -> Service:
    """One of an account's subscriptions. One query. Raises: SubscriptionUnknown, SubscriptionEnded."""
    [found] = services_named(subscription_ids=[subscription_id], on=on)
    if found.account_id != account_id:
        raise SubscriptionUnknown(subscription=str(subscription_id))
    return found


def services_named(
    *, subscription_ids: Sequence[int], on: date | None = None, moment: datetime | None = None
) -> tuple[Service, ...]:
    """Subscriptions by id, on a day or at a moment of each account's own time. One query, however many.

    Raises: SubscriptionUnknown, SubscriptionEnded naming those that are not in service then.
    """
    rows = _rows({"subscriptions": list(subscription_ids), "account": None, "on": on, "moment": moment})
    missing = set(subscription_ids) - {row[0] for row in rows}
    if missing:
        raise SubscriptionUnknown(subscription=", ".join(map(str, sorted(missing)[:MOST_NAMED])))
    ended = [row for row in rows if row[5] is None]
    if ended:
        names = ", ".join(f"{row[2]}/{row[3]}" for row in ended[:MOST_NAMED])
        raise SubscriptionEnded(subscription=names, day=ended[0][4].isoformat())
    return tuple(_service(row) for row in rows)


def services_of(
    *, account_id: int, on: date | None = None, moment: datetime | None = None
) -> tuple[Service, ...]:
    """What an account has in service on a day, or at a moment of its own time. One query."""
    rows = _rows({"subscriptions": [], "account": account_id, "on": on, "moment": moment})
    return tuple(_service(row) for row in rows if row[5] is not None)


def _rows(asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SERVICES, asked)
        return cursor.fetchall()


def _service(row: tuple[Any, ...]) -> Service:
    return Service(
        subscription_id=row[0],
        account_id=row[1],
        account=row[2],
        code=row[3],
        day=row[4],
        plan=row[5],
        charges=tuple(row[6]),
        recurring=tuple(row[7]),
    )
