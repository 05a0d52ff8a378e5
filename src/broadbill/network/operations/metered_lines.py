"""Which interface is whose line, from when to when: the history by which samples find their subscription."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.contracts.queries.find import subscriptions_named
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import LineInvalid
from broadbill.network.models import Interface, MeteredLine
from broadbill.network.operations.watching import read_interface

# Whether the plan of the day bills a meter by percentile, and in which unit.
BILLED_BY = """
SELECT price.model ->> 'unit'
FROM contracts_subscriptionterm AS term
JOIN catalog_charge AS charge ON charge.plan_id = term.plan_id AND charge.terms ->> 'meter' = %(meter)s
JOIN catalog_price AS price ON price.charge_id = charge.id
WHERE term.subscription_id = %(subscription)s AND term.superseded_at IS NULL
  AND price.model ->> 'type' = 'percentile' AND price.model ->> 'unit' = 'octets'
LIMIT 1
"""


@transaction.atomic
def meter_line(
    *,
    account: str,
    subscription: str,
    device: str,
    interface: str,
    meter: str,
    starts_at: datetime,
    now: datetime,
    actor: str,
) -> int:
    """An interface is a subscription's line from an instant on: its rates become samples of the meter. Return its id.

    Raises: LineInvalid, PlaceUnknown, WatchInvalid.
    """
    named = subscriptions_named([(account, subscription)])
    if (account, subscription) not in named:
        raise LineInvalid(device=device, interface=interface, reason=f"there is no {account}/{subscription}")
    account_id, subscription_id = named[account, subscription]
    lock_account(account_id)
    interface_id = read_interface(device=device, interface=interface, now=now, actor=actor)
    # Two that meter one interface wait for each other here.
    Interface.objects.select_for_update().get(pk=interface_id)
    _refuse_taken(device, interface, interface_id, subscription_id, meter, starts_at)
    with connection.cursor() as cursor:
        cursor.execute(BILLED_BY, {"meter": meter, "subscription": subscription_id})
        if cursor.fetchone() is not None:
            reason = f"its plan bills {meter} in octets; samples are rates: set the unit of its price to mbps"
            raise LineInvalid(device=device, interface=interface, reason=reason)
    row = MeteredLine.objects.create(
        interface_id=interface_id,
        subscription_id=subscription_id,
        meter=meter,
        starts_at=starts_at,
        recorded_at=now,
        recorded_by=actor,
    )
    _record("line.metered", row, account_id, starts_at, now, actor)
    return row.id


@transaction.atomic
def end_line(*, device: str, interface: str, ends_at: datetime, now: datetime, actor: str) -> None:
    """An interface is nobody's line any longer, from an instant on. Raises: LineInvalid."""
    rows = MeteredLine.objects.select_related("subscription").select_for_update(of=("self",))
    row = rows.filter(interface__device__code=device, interface__name=interface, ends_at__isnull=True).first()
    if row is None or row.starts_at > ends_at:
        raise LineInvalid(device=device, interface=interface, reason="it is nobody's line then")
    row.ends_at = ends_at
    row.save(update_fields=["ends_at"])
    _record("line.ended", row, row.subscription.account_id, ends_at, now, actor)


def _refuse_taken(
    device: str, interface: str, interface_id: int, subscription_id: int, meter: str, starts_at: datetime
) -> None:
    """Raises: LineInvalid."""
    later = MeteredLine.objects.select_related("subscription__account", "interface__device").exclude(
        ends_at__lte=starts_at
    )
    taken = later.filter(interface=interface_id).first()
    if taken is not None:
        whose = f"{taken.subscription.account.number}/{taken.subscription.code}"
        raise LineInvalid(device=device, interface=interface, reason=f"it is the line of {whose} then")
    other = later.filter(subscription=subscription_id, meter=meter).first()
    if other is not None:
        where = f"{other.interface.name} of {other.interface.device.code}"
        reason = f"{meter} of this subscription is counted at {where} then; one meter has one interface"
        raise LineInvalid(device=device, interface=interface, reason=reason)


def _record(verb: str, row: MeteredLine, account_id: int, at: datetime, now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="line",
        object_id=row.id,
        occurred_at=now,
        account_id=account_id,
        data={"interface": row.interface_id, "subscription": row.subscription_id, "meter": row.meter,
              "at": at.isoformat()},
    )  # fmt: skip
