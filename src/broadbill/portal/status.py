"""Whether a customer's services are on, and if not, why and what helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from broadbill.contracts.queries.standing import OutageRead, outages_since, why_suspended
from broadbill.contracts.queries.subscriptions import SubscriptionRead, subscriptions_of
from broadbill.core.money import Money
from broadbill.network.queries.by_subscription import at_the_edge
from broadbill.network.queries.incidents import incidents_over
from broadbill.network.queries.restricted import restricted_subscriptions
from broadbill.payments.queries.owing import Owing

OUTAGE_DAYS = 30
# The reasons that Broadbill itself writes down (collections.operations.acting, prepaid.domain.covering).
WHY = {"collections": "unpaid", "wallet empty": "wallet"}


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """`state` is on, out, slow, walled (only some pages open), off or to_come; `why` is unpaid, wallet, other or empty.

    `since` is the day since which it is so. `out_since` is when the outage began that it is under now. `to_pay` is what
    is overdue, where paying it brings service back.
    """

    service: SubscriptionRead
    state: str
    why: str
    since: date
    slow_until: datetime | None
    out_since: datetime | None
    to_pay: Money | None


@dataclass(frozen=True, slots=True)
class Outage:
    """`service` is empty where everything was out."""

    service: str
    read: OutageRead


def status_of(*, account_id: int, owing: Owing, today: date) -> tuple[ServiceStatus, ...]:
    """Of every service that has not ended. A fixed number of queries."""
    services = [one for one in subscriptions_of(account_id=account_id, as_of=today) if one.state != "ended"]
    stopped = [one.id for one in services if one.state == "suspended"]
    reasons = why_suspended(account_id=account_id, subscription_ids=stopped) if stopped else {}
    edge, out = at_the_edge(account_id), incidents_over(account_id)
    restricted = restricted_subscriptions(account_id)
    found = []
    for one in services:
        at = edge.get(one.id)
        state, why = {"active": "on", "to_come": "to_come"}.get(one.state, "off"), ""
        if one.state == "suspended":
            reason = reasons.get(one.id, "")
            why = WHY.get(reason, "other")
            if at is not None and at.state == "restricted":
                state = "walled"
        elif one.state == "active" and one.id in restricted and at is not None and at.state == "restricted":
            state, why = "walled", WHY.get(restricted[one.id].reason, "other")
        elif one.state == "active" and one.id in out:
            state = "out"
        elif one.state == "active" and at is not None and at.state == "throttled":
            state = "slow"
        to_pay = owing.overdue if why == "unpaid" and owing.overdue.minor > 0 else None
        found.append(
            ServiceStatus(
                service=one,
                state=state,
                why=why,
                since=localdate(restricted[one.id].since)
                if state == "walled" and one.state == "active"
                else one.state_since,
                slow_until=at.slow_until if at and state == "slow" else None,
                out_since=out.get(one.id),
                to_pay=to_pay,
            )
        )
    return tuple(found)


def cut_for_debt(
    *, account_id: int, services: Sequence[SubscriptionRead], owing: Owing
) -> ServiceStatus | None:
    """The first service that is stopped or restricted for what is overdue; None when all is well. Two queries."""
    stopped = [one.id for one in services if one.state == "suspended"]
    reasons = why_suspended(account_id=account_id, subscription_ids=stopped) if stopped else {}
    restricted = restricted_subscriptions(account_id)
    to_pay = owing.overdue if owing.overdue.minor > 0 else None
    for one in services:
        if WHY.get(reasons.get(one.id, "")) == "unpaid":
            return ServiceStatus(one, "off", "unpaid", one.state_since, None, None, to_pay)
        if one.state == "active" and one.id in restricted and restricted[one.id].reason in WHY:
            return ServiceStatus(
                one, "walled", "unpaid", localdate(restricted[one.id].since), None, None, to_pay
            )
    return None


def outages_of(*, account_id: int, today: date) -> tuple[Outage, ...]:
    """Of the last days. A fixed number of queries."""
    read = outages_since(account_id=account_id, since=today - timedelta(days=OUTAGE_DAYS))
    if not read:
        return ()
    names = {one.id: one.plan_name for one in subscriptions_of(account_id=account_id, as_of=today)}
    return tuple(Outage(names.get(one.subscription_id or 0, ""), one) for one in read)
