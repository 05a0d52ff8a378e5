"""Runs that others repeated, broke off, or made one invoice at a time. Through the database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadbill.billing.models import Document, Line
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.catalog.operations.plans import set_price
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db

CUSTOMERS = 4


class Killed(Exception):
    """The process of a run has gone."""


def customers(count: int = CUSTOMERS, amount: str = "30.00", **details: str) -> list[int]:
    plan = a_plan(amount=amount)
    accounts = [an_account(f"Customer {n}", **details) for n in range(count)]
    for account in accounts:
        a_subscription(account, plan, "2026-01-01")
    return accounts


def invoiced() -> list[tuple[int, str]]:
    """Account and total of every document, by account."""
    found = Document.objects.order_by("account_id", "id").values_list("account_id", "total")
    return [(account, f"{total / 100:.2f}") for account, total in found]


@pytest.mark.parametrize("posted", range(1, CUSTOMERS + 1))
def test_oca_contract_1473_a_run_that_was_killed_is_finished_by_the_next(posted: int) -> None:
    """Killed after any number of chunks, here of one account each. `test_killed_runs.py` kills real processes."""
    accounts = customers()
    left = [posted]

    def die(_accounts: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    request = RunRequest(through=on("2026-01-01"), actor=ACTOR, accounts_per_chunk=1)
    with pytest.raises(Killed):
        bill(request=request, now=at("2026-01-01"), progress=die)
    assert len(invoiced()) == posted

    bill(request=request, now=at("2026-01-01"))

    assert invoiced() == [(account, "30.00") for account in accounts]


def test_lago_1988_a_run_asked_for_twice_bills_once() -> None:
    """The hourly clock asks again while the first still waits: the second finds what the first left, nothing."""
    accounts = customers()

    for _ in range(2):
        bill_through("2026-01-01")

    assert invoiced() == [(account, "30.00") for account in accounts]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_lago_879_a_customer_far_from_utc_is_billed_once(zone: str) -> None:
    [account] = customers(1, timezone=zone)

    for day in ("2026-01-31", "2026-02-01", "2026-02-01", "2026-02-02"):
        bill_through(day)

    assert invoiced() == [(account, "30.00"), (account, "30.00")]


def test_invoiceninja_9997_a_run_every_day_makes_one_invoice_a_month() -> None:
    [account] = customers(1)

    for day in range(1, 29):
        bill_through(f"2026-01-{day:02d}")

    assert invoiced() == [(account, "30.00")]


def test_ucrm_changelog_no_two_documents_have_the_same_number() -> None:
    customers()
    for month in ("2026-01-01", "2026-02-01", "2026-03-01"):
        bill_through(month)

    numbers = list(Document.objects.order_by("number").values_list("number", flat=True))

    assert numbers == [f"2026-{n:06d}" for n in range(1, 13)]


def test_oca_contract_986_a_run_asks_as_much_for_twenty_customers_as_for_two() -> None:
    """About 30 seconds an invoice there. Here a chunk is read and written in sets; `make bench` measures it."""
    customers(2)
    with CaptureQueriesContext(connection) as few:
        bill_through("2026-01-01")
    plan = a_plan("tv")
    for n in range(20):
        a_subscription(an_account(f"Viewer {n}"), plan, "2026-01-02")

    with CaptureQueriesContext(connection) as many:
        bill_through("2026-01-02")

    assert Document.objects.count() == 22
    assert len(many) <= len(few) + 1  # a second rulebook is compared with the first


def test_killbill_1494_a_bill_can_be_made_days_ahead() -> None:
    """On 20 January for 1 February, so that it can be paid before; on the day itself nothing is left to bill."""
    [account] = customers(1)
    bill_through("2026-01-01")

    bill(request=RunRequest(through=on("2026-02-01"), actor=ACTOR), now=at("2026-01-20"))
    bill_through("2026-02-01")

    assert invoiced() == [(account, "30.00"), (account, "30.00")]
    assert Document.objects.latest("id").issued_on == on("2026-02-01")


def test_fossbilling_org_199_a_price_is_changed_for_everybody_at_once() -> None:
    accounts = customers()
    bill_through("2026-01-01")
    set_price(plan="fiber", charge="access", model=flat("33.00"), starts_on=on("2026-02-01"),
              now=at("2026-01-10"), actor=ACTOR)  # fmt: skip

    bill_through("2026-02-01")

    assert invoiced() == [(account, total) for account in accounts for total in ("30.00", "33.00")]


def test_invoiceninja_11692_each_customer_has_a_zone_of_their_own() -> None:
    """Noon of 31 January in London is 1 February in Auckland: the same call is on another month's bill."""
    charge = {"type": "usage", "meter": "m", "model": {"type": "per_unit", "unit_amount": "1.00"}}
    plan = a_plan(**{**charge, "timing": "arrears"})
    accounts = {}
    for zone in ("Europe/London", "Pacific/Auckland"):
        accounts[zone] = an_account(zone, timezone=zone)
        subscription = a_subscription(accounts[zone], plan, "2026-01-01")
        record = NewRecord(
            account_id=accounts[zone],
            subscription_id=subscription,
            meter="m",
            at=at("2026-01-31"),
            quantity=Decimal(7),
        )
        record_usage(records=[record], now=at("2026-01-31"), actor=ACTOR)

    bill_through("2026-02-01")
    bill_through("2026-03-01")

    months = Line.objects.values_list("document__account_id", "starts_on", "amount")
    assert sorted(months) == [
        (accounts["Europe/London"], on("2026-01-01"), 700),
        (accounts["Pacific/Auckland"], on("2026-02-01"), 700),
    ]
