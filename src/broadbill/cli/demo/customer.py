"""The one customer of the demo who signs in to the portal, so that its pages can be looked around in."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from broadbill.accounts.operations.viewers import let_in
from broadbill.cli.demo import marker
from broadbill.cli.demo.calendar import Calendar
from broadbill.cli.demo.customers import customers
from broadbill.cli.demo.filling import SYSTEM
from broadbill.cli.demo.happenings import AccountClosed, Customer
from broadbill.cli.demo.lives import life_of
from broadbill.identity.operations.customers import set_customer_password


@transaction.atomic
def let_customer_in(*, place: str, password: str, now: datetime) -> Customer:
    """Let them in with the demo's password, once. Raises: HoldsOtherRecords."""
    progress = marker.progress_of_demo(place)
    assert progress is not None
    customer = _chosen(Calendar(progress.today, progress.months), progress.accounts)
    user = let_in(number=customer.number, actor=SYSTEM, now=now)
    if not user.has_usable_password():
        set_customer_password(user_id=user.pk, password=password, actor=SYSTEM, now=now)
    return customer


def _chosen(calendar: Calendar, accounts: int) -> Customer:
    """A household that reads English, or else any household, of those who were there first and stay."""

    def order(one: Customer) -> tuple[bool, bool, date, str]:
        leaves = one.payer.stops_on is not None or any(
            isinstance(happening, AccountClosed) for happening in life_of(one, calendar)
        )
        return leaves, one.language != "en", one.opened_on, one.number

    return min((one for one in customers(calendar, accounts) if one.email and not one.is_business), key=order)
