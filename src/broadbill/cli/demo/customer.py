"""The one customer of the demo who signs in to the portal, so that its pages can be looked around in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from broadbill.accounts.operations.viewers import let_in
from broadbill.cli.demo import marker
from broadbill.cli.demo.calendar import Calendar
from broadbill.cli.demo.customers import customers
from broadbill.cli.demo.filling import SYSTEM
from broadbill.cli.demo.happenings import AccountClosed, Customer
from broadbill.cli.demo.lives import life_of
from broadbill.cli.demo.provider import TIME_ZONE
from broadbill.cli.demo.recording import account_id_of
from broadbill.contracts.queries.subscriptions import subscriptions_of
from broadbill.identity.operations.customers import set_customer_password
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage

USED_DAYS = 75


@transaction.atomic
def let_customer_in(*, place: str, password: str, now: datetime) -> Customer:
    """Let them in with the demo's password, once. Raises: HoldsOtherRecords."""
    progress = marker.progress_of_demo(place)
    assert progress is not None
    customer = _chosen(Calendar(progress.today, progress.months), progress.accounts)
    user = let_in(number=customer.number, actor=SYSTEM, now=now)
    if not user.has_usable_password():
        set_customer_password(user_id=user.pk, password=password, actor=SYSTEM, now=now)
        record_usage(records=list(_usage(customer, progress.today)), now=now, actor=SYSTEM)
    return customer


def _usage(customer: Customer, today: date) -> Iterator[NewRecord]:
    """What they used on each of the last days, more of it at the weekend."""
    account_id = account_id_of(customer.number)
    service = subscriptions_of(account_id=account_id, as_of=today)[0]
    chance = Random(f"lakeside usage {customer.number}")  # noqa: S311  # a story, not a secret
    for ago in range(USED_DAYS, 0, -1):
        day = today - timedelta(days=ago)
        if day < service.started_on:
            continue
        yield NewRecord(
            account_id=account_id,
            subscription_id=service.id,
            meter="data_gb",
            at=datetime.combine(day, time(12), ZoneInfo(TIME_ZONE)),
            quantity=Decimal(chance.randint(400, 1800) * (2 if day.weekday() >= 5 else 1)) / 100,
            source_id=f"demo:{customer.number}:{day.isoformat()}",
        )


def _chosen(calendar: Calendar, accounts: int) -> Customer:
    """A household that reads English, or else any household, of those who were there first and stay."""

    def order(one: Customer) -> tuple[bool, bool, date, str]:
        leaves = one.payer.stops_on is not None or any(
            isinstance(happening, AccountClosed) for happening in life_of(one, calendar)
        )
        return leaves, one.language != "en", one.opened_on, one.number

    return min((one for one in customers(calendar, accounts) if one.email and not one.is_business), key=order)
