"""What customers change by themselves, and what they may not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from broadbill.catalog.domain.offering import Offering
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.offering import offer_plan
from broadbill.contracts.domain.errors import SubscriptionEnded, SubscriptionUnknown
from broadbill.contracts.domain.self_service_errors import (
    AlreadyChanging,
    ChangedMeanwhile,
    NotOffered,
    TooMany,
)
from broadbill.contracts.models import Fact, Subscription
from broadbill.contracts.operations.changes import cancel, change_plan, suspend
from broadbill.contracts.operations.self_service import add_extra, change_number, stop_extra, take_plan
from broadbill.contracts.queries.coming import coming_changes
from broadbill.contracts.queries.leaving import leaving_before_and_after
from broadbill.contracts.queries.self_service import facts_seen, takes_effect_on
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, on

pytestmark = pytest.mark.django_db
DAY = "2026-02-10"


def offered(code: str, kind: str = "plan", **terms: Any) -> str:
    offering = Offering(kind=kind, **terms)  # type: ignore[arg-type]  # tests name kinds as texts
    offer_plan(code=code, offering=offering, now=at("2025-12-01"), actor=ACTOR)
    return code


@pytest.fixture
def account() -> int:
    return an_account()


@pytest.fixture
def line(account: int) -> int:
    return a_subscription(account, a_plan("slow"), "2026-01-01")


def take(account: int, line: int, plan: str, *, seen: int | None = None, day: str = DAY) -> None:
    take_plan(
        account_id=account,
        subscription_id=line,
        plan=plan,
        seen_facts=facts_seen(account) if seen is None else seen,
        on=on(day),
        now=at(day),
        actor="user:7",
    )


def last_fact() -> Fact:
    return Fact.objects.order_by("number")[Fact.objects.count() - 1]


class TestTakingAPlan:
    def test_is_the_change_that_the_office_makes(self, account: int, line: int) -> None:
        a_plan("fast", "60.00")

        take(account, line, offered("fast"))

        fact = last_fact()
        assert (fact.kind, fact.effective_on, fact.detail) == ("change_plan", on(DAY), {"plan": "fast"})
        assert fact.recorded_by == "user:7"

    def test_waits_for_the_end_of_the_period_where_the_plan_says_so(self, account: int, line: int) -> None:
        a_plan("fast", "60.00")

        take(account, line, offered("fast", when="period_end"))

        coming = coming_changes(account_id=account, as_of=on(DAY))[line]
        assert (coming.on, coming.plan_name) == (on("2026-03-01"), "Fast")

    def test_refuses_a_plan_that_is_not_offered(self, account: int, line: int) -> None:
        a_plan("fast", "60.00")
        with pytest.raises(NotOffered):
            take(account, line, "fast")
        with pytest.raises(NotOffered):
            take(account, line, offered("fast", "extra"))

    def test_refuses_when_something_was_recorded_since_it_was_looked_at(
        self, account: int, line: int
    ) -> None:
        a_plan("fast", "60.00")
        seen = facts_seen(account)
        a_subscription(account, a_plan("tv"), "2026-02-01")

        with pytest.raises(ChangedMeanwhile):
            take(account, line, offered("fast"), seen=seen)

    def test_agreed_to_twice_is_done_once(self, account: int, line: int) -> None:
        a_plan("fast", "60.00")
        offered("fast")
        seen = facts_seen(account)
        take(account, line, "fast", seen=seen)

        with pytest.raises(ChangedMeanwhile):
            take(account, line, "fast", seen=seen)
        assert Fact.objects.filter(kind="change_plan").count() == 1

    def test_refuses_while_another_change_is_to_come(self, account: int, line: int) -> None:
        a_plan("fast", "60.00")
        offered("fast")
        cancel(subscription_id=line, on=on(DAY), when="period_end", now=at(DAY), actor=ACTOR)

        with pytest.raises(AlreadyChanging, match="2026-03-01"):
            take(account, line, "fast")

    def test_refuses_a_service_that_is_stopped(self, account: int, line: int) -> None:
        a_plan("fast", "60.00")
        suspend(subscription_id=line, on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR)

        with pytest.raises(SubscriptionEnded):
            take(account, line, offered("fast"))

    def test_is_of_ones_own_services_alone(self, line: int) -> None:
        a_plan("fast", "60.00")

        with pytest.raises(SubscriptionUnknown):
            take(an_account("Ben"), line, offered("fast"))

    def test_does_not_turn_an_extra_into_a_plan(self, account: int, line: int) -> None:
        television = a_subscription(account, a_plan("tv"), "2026-01-01")
        offered("tv", "extra")
        a_plan("fast", "60.00")

        with pytest.raises(NotOffered):
            take(account, television, offered("fast"))

    def test_does_not_turn_prepaid_into_a_bill(self, account: int, line: int) -> None:
        a_plan("fast", "60.00")
        Plan.objects.filter(code="slow").update(prepaid=True)

        with pytest.raises(NotOffered):
            take(account, line, offered("fast"))


class TestExtras:
    def _add(self, account: int, number: str = "1") -> int:
        return add_extra(
            account_id=account,
            plan="ip",
            quantity=Decimal(number),
            seen_facts=facts_seen(account),
            on=on(DAY),
            now=at(DAY),
            actor=ACTOR,
        )

    def test_are_added_as_many_as_may_be(self, account: int) -> None:
        a_plan("ip", "2.00")
        offered("ip", "extra", most=3)

        added = self._add(account, "3")

        assert Subscription.objects.get(pk=added).account_id == account
        for number in ("0", "4", "1.5", "-1"):
            with pytest.raises(TooMany, match="From 1 to 3"):
                self._add(account, number)

    def test_that_are_not_offered_are_refused(self, account: int) -> None:
        a_plan("ip", "2.00")

        with pytest.raises(NotOffered):
            self._add(account)

    def test_stop_when_their_plan_says(self, account: int) -> None:
        a_plan("ip", "2.00")
        offered("ip", "extra", when="period_end")
        added = self._add(account)

        stop_extra(account_id=account, subscription_id=added, seen_facts=facts_seen(account), on=on("2026-02-20"),
                   now=at("2026-02-20"), actor=ACTOR)  # fmt: skip

        coming = coming_changes(account_id=account, as_of=on("2026-02-20"))[added]
        assert (coming.on, coming.plan_name) == (on("2026-03-01"), None)

    def test_do_not_let_a_plan_be_stopped(self, account: int, line: int) -> None:
        offered("slow")

        with pytest.raises(NotOffered):
            stop_extra(account_id=account, subscription_id=line, seen_facts=facts_seen(account), on=on(DAY),
                       now=at(DAY), actor=ACTOR)  # fmt: skip

    @pytest.mark.parametrize(("when", "starts"), [("now", "2026-02-20"), ("period_end", "2026-03-01")])
    def test_become_more_when_their_plan_says(self, account: int, when: str, starts: str) -> None:
        a_plan("ip", "2.00")
        offered("ip", "extra", most=3, when=when)
        added = self._add(account)

        change_number(
            account_id=account,
            subscription_id=added,
            quantity=Decimal(2),
            seen_facts=facts_seen(account),
            on=on("2026-02-20"),
            now=at("2026-02-20"),
            actor=ACTOR,
        )

        fact = last_fact()
        assert (fact.kind, fact.effective_on, fact.detail) == (
            "change_quantity",
            on(starts),
            {"quantity": "2"},
        )


class TestWhatIsToCome:
    def test_is_neither_a_pause_nor_a_service_that_has_not_begun(self, account: int, line: int) -> None:
        a_subscription(account, a_plan("tv"), "2026-05-01", recorded=DAY)
        suspend(subscription_id=line, on=on("2026-03-01"), now=at(DAY), actor=ACTOR)

        assert coming_changes(account_id=account, as_of=on(DAY)) == {}

    def test_is_the_next_of_several(self, account: int, line: int) -> None:
        a_plan("fast")
        a_plan("faster")
        for plan, day in (("fast", "2026-03-01"), ("faster", "2026-04-01")):
            change_plan(subscription_id=line, plan=plan, on=on(day), now=at(DAY), actor=ACTOR)

        coming = coming_changes(account_id=account, as_of=on(DAY))[line]
        assert (coming.on, coming.plan_name) == (on("2026-03-01"), "Fast")

    def test_takes_effect_at_the_end_of_the_own_period(self, account: int, line: int) -> None:
        asked: dict[str, Any] = {"account_id": account, "subscription_id": line}

        assert takes_effect_on(**asked, when="now", on=on(DAY)) == on(DAY)
        assert takes_effect_on(**asked, when="period_end", on=on("2026-02-01")) == on("2026-03-01")


class TestLeaving:
    def test_tells_the_term_and_the_fee_with_either_plan(self, account: int) -> None:
        fee = {"code": "leaving", "type": "termination_fee", "fee": {"type": "flat", "amount": "50.00"}}
        slow, fast = (
            _with_fee("slow", "30.00", fee),
            _with_fee(
                "fast",
                "60.00",
                {**fee, "fee": {"type": "declining", "amount": "120.00", "per_month": "10.00"}},
            ),
        )
        line = a_subscription(account, slow, "2026-01-01", term_months=12)

        before, after = leaving_before_and_after(
            account_id=account, subscription_id=line, plan=fast.code, on=on("2026-03-01")
        )

        assert (before.term_ends, str(before.fee)) == (on("2027-01-01"), "50.00")
        assert (after.term_ends, str(after.fee)) == (on("2027-01-01"), "100.00")  # 120.00 - 2 months of 10.00

    def test_costs_nothing_without_a_fee(self, account: int, line: int) -> None:
        a_plan("fast")

        before, after = leaving_before_and_after(
            account_id=account, subscription_id=line, plan="fast", on=on("2026-03-01")
        )

        assert {(one.term_ends, str(one.fee)) for one in (before, after)} == {(None, "0.00")}


def _with_fee(code: str, amount: str, fee: dict[str, Any]) -> Plan:
    from broadbill.catalog.operations.plans import define_plan
    from tests.world import flat

    access = {"code": "access", "type": "recurring", "period": "month", "model": flat(amount)}
    return define_plan(
        code=code, name=code.title(), currency="EUR", charges=[access, fee], now=at("2025-12-01"), actor=ACTOR
    )
