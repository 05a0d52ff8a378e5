"""A pass is a plan sold for one of its periods, from the wallet."""

from __future__ import annotations

import pytest

from broadbill.billing.models import Document, Line
from broadbill.catalog.operations.policy import set_policy
from broadbill.contracts.models import Fact, Subscription
from broadbill.prepaid.domain.errors import NotAPass, WalletTooLow
from broadbill.prepaid.operations.passes import SoldPass, sell_pass
from tests.prepaid.wallets import a_prepaid_plan, credit, deviations, draw, is_served
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, euro, on, pay

pytestmark = pytest.mark.django_db
THREE_DAYS = {"every": 3, "unit": "day"}


def sell(account: int, plan: str, day: str) -> SoldPass:
    return sell_pass(account_id=account, plan=plan, on=on(day), now=at(day), actor=ACTOR)


class TestSellPass:
    def test_begins_ends_and_bills_it_at_once(self) -> None:
        """A pass of three days for 5.00 from 8.00: 3.00 stay, and nothing more is ever drawn for it."""
        account = an_account()
        a_prepaid_plan("pass", "5.00", THREE_DAYS)
        pay(account, "8.00", "2026-04-10")

        sold = sell(account, "pass", "2026-04-10")

        assert (sold.price, sold.holds.days) == (euro("5.00"), 3)
        assert credit(account) == 300
        facts = Fact.objects.filter(account_id=account).order_by("number")
        assert [(fact.kind, fact.effective_on) for fact in facts] == [
            ("subscribe", on("2026-04-10")),
            ("cancel", on("2026-04-13")),
        ]
        line = Line.objects.get()
        assert (line.starts_on, line.ends_on) == (on("2026-04-10"), on("2026-04-13"))
        for day in ("2026-04-11", "2026-04-12", "2026-04-13", "2026-05-01"):
            draw(day)
        assert credit(account) == 300
        assert deviations() == []

    def test_serves_its_days_and_no_other(self) -> None:
        account = an_account()
        a_prepaid_plan("pass", "5.00", THREE_DAYS)
        pay(account, "5.00", "2026-04-10")
        sold = sell(account, "pass", "2026-04-10")

        served = [is_served(sold.subscription_id, f"2026-04-{day:02}") for day in range(9, 15)]

        assert served == [False, True, True, True, False, False]

    def test_is_refused_in_one_line_when_the_wallet_does_not_cover_it_and_leaves_nothing(self) -> None:
        account = an_account(number="A-77")
        a_prepaid_plan("pass", "5.00", THREE_DAYS)
        pay(account, "4.99", "2026-04-10")

        with pytest.raises(WalletTooLow, match=r"account A-77 lacks 0\.01 EUR"):
            sell(account, "pass", "2026-04-10")

        assert not Subscription.objects.exists()
        assert not Document.objects.exists()
        assert credit(account) == 499

    def test_is_kept_when_the_daily_service_beside_it_runs_dry(self) -> None:
        """6.00: the pass takes 5.00, 10 April of the daily service 1.00; on the 11th only that one stops."""
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-10")
        a_prepaid_plan("pass", "5.00", THREE_DAYS)
        pay(account, "6.00", "2026-04-10")
        sold = sell(account, "pass", "2026-04-10")

        draw("2026-04-11")

        assert is_served(sold.subscription_id, "2026-04-11")
        assert not is_served(daily, "2026-04-11")
        assert credit(account) == 0

    def test_refuses_plans_that_are_none(self) -> None:
        account = an_account()
        a_plan("fiber")
        a_prepaid_plan("monthly", "30.00", "month")

        with pytest.raises(NotAPass, match="it is not prepaid"):
            sell(account, "fiber", "2026-04-10")
        with pytest.raises(NotAPass, match="charged by the month"):
            sell(account, "monthly", "2026-04-10")

    @pytest.mark.parametrize("policy", [{"anchor": {"weekday": 1}}, {"cancel_day": "charged"}], ids=str)
    def test_refuses_to_sell_what_policy_would_charge_later_too(self, policy: dict[str, object]) -> None:
        set_policy(content=policy, now=at("2026-01-01"), actor=ACTOR)
        account = an_account()
        a_prepaid_plan("week", "5.00", "week")
        pay(account, "50.00", "2026-04-10")

        with pytest.raises(NotAPass, match="falls due later"):
            sell(account, "week", "2026-04-10")  # a Friday
