"""A pass by the hour runs from the instant of its sale to another, whatever the calendar says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from broadbill.billing.models import Line
from broadbill.catalog.domain.errors import HourPassRefused
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plan_life import copy_plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.models import Subscription
from broadbill.ledger.domain.chart import REVENUE
from broadbill.ledger.operations.recognition import recognise
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.network.models import Window
from broadbill.network.queries.answers import attributes_for, standing_of
from broadbill.prepaid.domain.errors import NotAPass, WalletTooLow
from broadbill.prepaid.domain.passes import days_around
from broadbill.prepaid.operations.passes import SoldPass, sell_pass
from tests.network.edge import a_profile, an_access
from tests.prepaid.wallets import an_hour_pass, credit, deviations, draw
from tests.world import ACTOR, an_account, euro, flat, on, pay

pytestmark = pytest.mark.django_db
VIENNA = ZoneInfo("Europe/Vienna")


def vienna(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIENNA)


def sell(account: int, moment: datetime, plan: str = "evening") -> SoldPass:
    day = moment.astimezone(VIENNA).date()
    return sell_pass(account_id=account, plan=plan, on=day, now=moment.astimezone(UTC), actor=ACTOR)


@pytest.fixture
def account() -> int:
    """With 8.00 in the wallet; four hours cost 3.00."""
    account = an_account("Chinua Okafor", number="A-9", timezone="Europe/Vienna")
    an_hour_pass("evening", "3.00", 4)
    pay(account, "8.00", "2026-04-10")
    return account


class TestDaysAround:
    @pytest.mark.parametrize(
        ("starts_at", "hours", "days", "ends_at"),
        [
            ("2026-04-10T18:30", 4, ("2026-04-10", "2026-04-11"), "2026-04-10T22:30+02:00"),
            ("2026-04-10T22:30", 4, ("2026-04-10", "2026-04-12"), "2026-04-11T02:30+02:00"),
            # an end at midnight does not touch the day that begins
            ("2026-04-10T20:00", 4, ("2026-04-10", "2026-04-11"), "2026-04-11T00:00+02:00"),
            # the night on which clocks go back, and the one on which they go forward
            ("2026-10-25T01:30", 4, ("2026-10-25", "2026-10-26"), "2026-10-25T04:30+01:00"),
            ("2026-03-29T01:30", 4, ("2026-03-29", "2026-03-30"), "2026-03-29T06:30+02:00"),
        ],
    )
    def test_are_the_local_days_that_its_hours_lie_in(
        self, starts_at: str, hours: int, days: tuple[str, str], ends_at: str
    ) -> None:
        holds, until = days_around(starts_at=vienna(starts_at).astimezone(UTC), hours=hours, zone=VIENNA)

        assert (holds.starts, holds.ends) == (on(days[0]), on(days[1]))
        assert until == datetime.fromisoformat(ends_at)


class TestSelling:
    def test_takes_the_price_once_and_tells_the_end_in_local_time(self, account: int) -> None:
        """Sold at 22:30 of 10 April for four hours: it touches two days, and 5.00 of 8.00 stay."""
        sold = sell(account, vienna("2026-04-10T22:30"))

        assert (sold.price, str(sold.until)) == (euro("3.00"), "2026-04-11 02:30:00+02:00")
        window = Window.objects.get(subscription_id=sold.subscription_id)
        assert (window.starts_at, window.ends_at) == (vienna("2026-04-10T22:30"), vienna("2026-04-11T02:30"))
        assert credit(account) == 500
        for day in ("2026-04-11", "2026-04-12", "2026-05-01"):
            draw(day)
        assert credit(account) == 500
        assert Line.objects.count() == 1
        assert deviations() == []

    def test_is_revenue_once_it_is_over(self, account: int) -> None:
        sell(account, vienna("2026-04-10T18:30"))

        recognise(through=on("2026-04-12"), now=vienna("2026-04-13T01:00"))

        earned = {row.code: str(row.balance) for row in trial_balance(as_of=on("2026-04-12"))}
        assert earned[REVENUE] == "-3.00"

    def test_twice_is_two_passes(self, account: int) -> None:
        first, second = sell(account, vienna("2026-04-10T18:30")), sell(account, vienna("2026-04-10T19:30"))

        assert first.subscription_id != second.subscription_id
        assert credit(account) == 200

    def test_is_refused_when_the_wallet_does_not_cover_it_and_leaves_nothing(self, account: int) -> None:
        an_hour_pass("week-end", "9.00", 48)

        with pytest.raises(WalletTooLow, match=r"A-9 lacks 1\.00 EUR"):
            sell(account, vienna("2026-04-10T18:30"), "week-end")

        assert not Window.objects.exists()
        assert not Subscription.objects.exists()

    def test_begins_at_once_and_on_no_other_day(self, account: int) -> None:
        with pytest.raises(NotAPass, match="hours begin at once, which is 2026-04-10"):
            sell_pass(account_id=account, plan="evening", on=on("2026-04-11"),
                      now=vienna("2026-04-10T18:30").astimezone(UTC), actor=ACTOR)  # fmt: skip


class TestLettingIn:
    def state(self, username: str = "chinua") -> str:
        return standing_of(username).state

    def a_line(self, account: int, **window: timedelta) -> None:
        """A pass that was just sold, whose window is then moved."""
        a_profile("hotspot", "evening")
        sold = sell(account, timezone.now())
        an_access(account, sold.subscription_id, "chinua", "hotspot", password="x")
        for field, shift in window.items():
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE network_window SET {field} = now() + %s", [shift])

    def test_ends_at_the_instant_and_says_how_long_it_is_to_it(self, account: int) -> None:
        self.a_line(account, ends_at=timedelta(seconds=600))

        assert self.state() == "active"
        timeouts = [a for a in attributes_for(username="chinua", nas="") if a.name == "Session-Timeout"]
        assert [590 < int(a.value) <= 600 for a in timeouts] == [True]

    def test_is_over_at_its_end(self, account: int) -> None:
        self.a_line(account, starts_at=-timedelta(hours=1), ends_at=timedelta(0))

        assert self.state() == "out_of_service"

    def test_has_not_begun_before_its_start(self, account: int) -> None:
        self.a_line(account, starts_at=timedelta(seconds=5))

        assert self.state() == "out_of_service"


class TestPlan:
    def test_of_hours_is_prepaid_and_charges_once(self) -> None:
        def define(charge: dict[str, object], hours: int = 4, *, prepaid: bool = True) -> None:
            define_plan(code="x", name="X", currency="EUR", charges=[{"code": "a", "model": flat("1.00"), **charge}],
                        prepaid=prepaid, pass_hours=hours, now=vienna("2026-01-01T00:00"), actor=ACTOR)  # fmt: skip

        with pytest.raises(HourPassRefused, match="not prepaid"):
            define({"type": "one_off"}, prepaid=False)
        with pytest.raises(HourPassRefused, match="one-off charges alone"):
            define({"type": "recurring", "period": "day"})
        with pytest.raises(HourPassRefused, match="1 to 672 hours"):
            define({"type": "one_off"}, 0)

    def test_keeps_its_hours_when_it_is_copied(self) -> None:
        an_hour_pass("evening", "3.00", 4)

        copy = copy_plan(code="evening", new_code="late", name="Late", on=on("2026-04-01"),
                         now=vienna("2026-04-01T00:00"), actor=ACTOR)  # fmt: skip

        assert copy.pass_hours == 4

    def test_cannot_have_hours_in_the_database_unless_it_is_prepaid(self) -> None:
        an_hour_pass("evening", "3.00", 4)

        with pytest.raises(IntegrityError, match="hours_are_prepaid"), transaction.atomic():
            Plan.objects.update(prepaid=False)
