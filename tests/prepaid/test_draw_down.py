"""When wallets are drawn down, by whom, and that nobody ever owes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadbill.billing.models import BillRun, Document
from broadbill.billing.queries.run_list import run_page
from broadbill.contracts.models import Fact
from broadbill.core.money import Currency, Money
from broadbill.prepaid.operations.draw_down import draw_down_by_the_clock
from tests.prepaid.wallets import a_prepaid_plan, credit, deviations, draw, is_served
from tests.world import a_subscription, an_account, bill_through, on, pay

pytestmark = pytest.mark.django_db

BEGIN = on("2026-01-01")
WHAT = st.lists(
    st.tuples(
        st.integers(0, 3),  # days until it happens
        st.sampled_from(["draw", "bill", "pay"]),
        st.integers(1, 4000),  # minor units, when it is a payment
    ),
    min_size=1,
    max_size=25,
)


def cents(minor: int) -> str:
    return str(Money(minor, Currency.of("EUR")))


class TestDrawDownByTheClock:
    def test_follows_the_midnight_of_each_accounts_zone(self) -> None:
        """At 12:00 UTC on 31 March it is 1 April in Auckland (UTC+13), 31 March in Vienna and in Honolulu."""
        plan = a_prepaid_plan()
        zones = {
            zone: an_account(zone, timezone=zone)
            for zone in ("Pacific/Auckland", "Europe/Vienna", "Pacific/Honolulu")
        }
        for account in zones.values():
            a_subscription(account, plan, "2026-04-01", recorded="2026-03-30")
            pay(account, "10.00", "2026-03-30")

        drawn = {}
        for hour in (
            0,
            12,
            23,
            34,
        ):  # 23:00 UTC is 01:00 in Vienna; 34 is 10:00 on 1 April, midnight in Honolulu
            draw_down_by_the_clock(now=datetime(2026, 3, 31, tzinfo=UTC) + timedelta(hours=hour))
            drawn[hour] = [zone for zone, account in zones.items() if credit(account) == 900]

        assert drawn == {
            0: [],
            12: ["Pacific/Auckland"],
            23: ["Pacific/Auckland", "Europe/Vienna"],
            34: ["Pacific/Auckland", "Europe/Vienna", "Pacific/Honolulu"],
        }

    def test_leaves_no_run_behind_when_nobody_is_due(self) -> None:
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "10.00", "2026-04-01")

        now = datetime(2026, 4, 1, 12, tzinfo=UTC)
        draw_down_by_the_clock(now=now)
        draw_down_by_the_clock(now=now + timedelta(minutes=15))

        assert BillRun.objects.count() == 1


class TestRunList:
    def test_shows_draw_downs_as_such_and_no_run_of_a_top_up(self) -> None:
        account = an_account()
        a_subscription(account, a_prepaid_plan(), "2026-04-01")
        pay(account, "1.00", "2026-04-01")
        draw("2026-04-02")
        bill_through("2026-04-03")

        assert [(row.through, row.is_prepaid) for row in run_page().rows] == [
            (on("2026-04-03"), False),
            (on("2026-04-02"), True),
        ]
        assert BillRun.objects.count() == 3


class TestManyAccounts:
    def test_are_decided_with_as_many_queries_as_one(self) -> None:
        plan = a_prepaid_plan()

        def queries(accounts: int) -> int:
            for number in range(accounts):
                a_subscription(an_account(f"C{number}"), plan, "2026-04-01")  # no credit: all are paused
            with CaptureQueriesContext(connection) as seen:
                draw("2026-04-01")
            return len(seen)

        queries(1)  # keeps the rulebook
        assert queries(1) == queries(6)
        assert Fact.objects.filter(kind="suspend").count() == 8


class TestCrash:
    def test_leaves_nothing_of_a_chunk_and_the_next_run_does_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from broadbill.billing.operations import chunk

        account = an_account()
        poor = a_subscription(account, a_prepaid_plan(), "2026-04-01")

        def die(**_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(chunk, "post_chunk", die)
            with pytest.raises(KeyboardInterrupt):
                draw("2026-04-01")
        assert is_served(poor, "2026-04-01")

        draw("2026-04-01")

        assert Fact.objects.filter(kind="suspend").count() == 1
        assert list(BillRun.objects.values_list("state", flat=True)) == ["finished"]


class TestNobodyGoesIntoDebt:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(happenings=WHAT, amounts=st.tuples(st.integers(1, 500), st.integers(100, 5000)))
    def test_whatever_the_order_of_top_ups_and_days(
        self, db: None, happenings: list[tuple[int, str, int]], amounts: tuple[int, int]
    ) -> None:
        """A daily and a monthly service on one wallet; draw-downs and plain runs on any day, some days missed."""
        from django.db import transaction

        with transaction.atomic():
            account = an_account()
            daily, monthly = (cents(minor) for minor in amounts)
            day = BEGIN
            a_subscription(account, a_prepaid_plan("daily", daily), "2026-01-01")
            a_subscription(account, a_prepaid_plan("monthly", monthly, "month"), "2026-01-01")
            paid = 0
            for wait, what, minor in happenings:
                day += timedelta(days=wait)
                if what == "pay":
                    pay(account, cents(minor), day.isoformat())
                    paid += minor
                else:
                    (draw if what == "draw" else bill_through)(day.isoformat())
                assert credit(account) >= 0

            billed = sum(Document.objects.filter(account_id=account).values_list("total", flat=True))
            assert credit(account) == paid - billed
            assert deviations() == []
            transaction.set_rollback(True)
