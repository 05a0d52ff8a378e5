"""A closed account is not sold to; what it had can still be ended and written down."""

from __future__ import annotations

import pytest

from broadbill.accounts.domain.errors import AccountClosed
from broadbill.accounts.operations.change_profile import close_account
from broadbill.contracts.models import Fact, Subscription
from broadbill.contracts.operations.changes import cancel, change_plan, change_quantity, resume, suspend
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe_many
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, on

pytestmark = pytest.mark.django_db


def closed(account_id: int, day: str) -> int:
    close_account(account_id=account_id, closed_on=on(day), now=at(day), actor=ACTOR)
    return account_id


class TestSelling:
    def test_to_closed_accounts_is_refused_with_every_one_named(self) -> None:
        plan = a_plan()
        first = closed(an_account(number="C1"), "2026-03-01")
        second = closed(an_account(number="C2"), "2026-04-01")
        wanted = [
            NewSubscription(account_id=account, plan=plan, starts_on=on("2026-05-01"))
            for account in (an_account(number="C3"), second, first)
        ]

        with pytest.raises(AccountClosed) as refusal:
            subscribe_many(subscriptions=wanted, now=at("2026-05-01"), actor=ACTOR)

        assert str(refusal.value) == (
            "Closed: account C1 on 2026-03-01, account C2 on 2026-04-01. "
            "Choose an open account, or a day before the closing."
        )
        assert not Subscription.objects.exists()

    def test_on_the_day_of_closing_is_refused(self) -> None:
        account = closed(an_account(), "2026-03-01")

        with pytest.raises(AccountClosed):
            a_subscription(account, a_plan(), "2026-03-01")

    def test_before_the_closing_may_be_written_down_later(self) -> None:
        account = closed(an_account(), "2026-03-01")

        assert a_subscription(account, a_plan(), "2026-02-28", recorded="2026-03-10")


class TestChanges:
    def test_that_sell_more_are_refused_from_the_closing_on(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")
        a_plan("fast", "60.00")
        suspend(subscription_id=subscription, on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR)
        closed(account, "2026-03-01")
        when = {"on": on("2026-03-01"), "now": at("2026-03-01"), "actor": ACTOR}

        with pytest.raises(AccountClosed):
            change_plan(subscription_id=subscription, plan="fast", **when)
        with pytest.raises(AccountClosed):
            change_quantity(subscription_id=subscription, quantity=2, **when)
        with pytest.raises(AccountClosed):
            resume(subscription_id=subscription, **when)

        assert list(Fact.objects.order_by("number").values_list("kind", flat=True)) == [
            "subscribe",
            "suspend",
        ]

    def test_of_days_before_the_closing_are_late_knowledge(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")
        a_plan("slow", "20.00")
        closed(account, "2026-03-01")

        change_plan(
            subscription_id=subscription, plan="slow", on=on("2026-02-15"), now=at("2026-03-05"), actor=ACTOR
        )

        assert Fact.objects.filter(kind="change_plan").exists()

    def test_that_end_service_go_through(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")
        closed(account, "2026-03-01")

        cancel(subscription_id=subscription, on=on("2026-03-05"), now=at("2026-03-05"), actor=ACTOR)

        assert Fact.objects.filter(kind="cancel").exists()
