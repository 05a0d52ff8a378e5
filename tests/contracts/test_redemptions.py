"""Taking a promotion by its coupon: who may, how often, and what it takes off the bill."""

from __future__ import annotations

from typing import Any

import pytest

from broadbill.accounts.domain.errors import AccountClosed
from broadbill.accounts.operations.change_profile import close_account
from broadbill.billing.models import Document
from broadbill.billing.queries.explain import explain_document
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.domain.promotion_errors import (
    CouponExpired,
    CouponUnknown,
    CouponUsedUp,
    PromotionEnded,
    PromotionUsedUp,
)
from broadbill.catalog.models import Coupon
from broadbill.catalog.operations.plans import define_plan
from broadbill.catalog.queries.promotions import coupon_coded, promotion_coded
from broadbill.contracts.domain.errors import SubscriptionEnded, SubscriptionUnknown
from broadbill.contracts.domain.promotion_errors import (
    AlreadyTaken,
    PromotionForNewCustomers,
    PromotionInOtherCurrency,
    PromotionNeedsSubscription,
    PromotionNotForPlan,
    RedemptionUnknown,
    StandsAlone,
    UseGivenBack,
)
from broadbill.contracts.models import Fact, Redemption
from broadbill.contracts.operations.account_facts import void_fact
from broadbill.contracts.operations.changes import cancel
from broadbill.contracts.operations.redemptions import take_back_coupon
from broadbill.contracts.queries.verify import verify_terms, verify_uses
from broadbill.kernel.models import Event
from tests.promotions import a_coupon, a_promotion, redeem
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db


def taken_back(code: str, account_id: int, day: str, *, release: bool) -> int:
    return take_back_coupon(
        code=code, account_id=account_id, release=release, on=on(day), now=at(day), actor=ACTOR
    )


def totals() -> list[int]:
    """What each document comes to, in cents."""
    return list(Document.objects.order_by("id").values_list("total", flat=True))


class TestTheBill:
    def test_is_lower_for_as_many_periods_as_the_promotion_says(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        redeem(a_coupon(), account, "2026-01-01", subscription_id=subscription)

        for month in ("01", "02", "03", "04"):
            bill_through(f"2026-{month}-01")

        # 30.00 − 20 % of 30.00 = 24.00 in three periods, then 30.00.
        assert totals() == [2400, 2400, 2400, 3000]
        assert list(verify_documents()) == []
        assert list(verify_terms()) == []

    def test_is_lower_by_an_amount_once(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        benefit = {"amount": "10.00", "periods": 1}
        redeem(a_coupon("TENOFF", benefit=benefit, currency="EUR"), account, "2026-01-01")

        bill_through("2026-01-01")
        bill_through("2026-02-01")

        # 30.00 − 10.00 = 20.00, then 30.00.
        assert totals() == [2000, 3000]

    def test_is_lower_in_what_the_promotion_names_alone(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        rent = {"code": "rent", "type": "recurring", "period": "month", "model": flat("5.00")}
        router = define_plan(
            code="router", name="Router", currency="EUR", charges=[rent], now=at("2025-12-01"), actor=ACTOR
        )
        a_subscription(account, router, "2026-01-01")
        redeem(a_coupon("RENT", benefit={"percent": "100", "charges": ["rent"]}), account, "2026-01-01")

        bill_through("2026-01-01")

        # 30.00 + 5.00 − 100 % of 5.00 = 30.00
        assert totals() == [3000]

    def test_comes_back_when_a_coupon_is_redeemed_for_a_day_already_billed(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        bill_through("2026-01-01")
        redeem(a_coupon(), account, "2026-01-01", subscription_id=subscription)

        bill_through("2026-01-10")

        # −20 % of 30.00
        assert totals() == [3000, -600]

    def test_is_explained_with_the_coupon(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        redeem(a_coupon(), account, "2026-01-01")
        bill_through("2026-01-01")

        [_, discount] = explain_document(Document.objects.get().number).lines

        assert discount.description == "Summer (SUMMER-20)"
        assert discount.because == ("20 % of 30.00 = 6.00",)
        assert ("discount", {"name": "Summer (SUMMER-20)", "percent": "20", "periods": 3}) in [
            (fact.kind, fact.detail) for fact in discount.facts
        ]


class TestRedeeming:
    def test_is_written_down_with_its_fact_and_an_event(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")

        taken = redeem(a_coupon(), account, "2026-01-05", subscription_id=subscription)

        row = Redemption.objects.get()
        assert (row.account_id, row.subscription_id, row.fact) == (account, subscription, taken.fact)
        assert (row.coupon.code, row.promotion.code, row.taken_on) == (
            "SUMMER-20",
            "of SUMMER-20",
            on("2026-01-05"),
        )
        event = Event.objects.get(verb="coupon.redeemed")
        assert (event.account_id, event.data["coupon"]) == (account, "SUMMER-20")

    def test_refuses_a_code_that_there_is_not(self) -> None:
        with pytest.raises(CouponUnknown):
            redeem("SUMMER-21", an_account(), "2026-01-01")

    def test_refuses_a_coupon_from_its_end_on(self) -> None:
        account = an_account()
        a_coupon(ends_on=on("2026-02-01"))

        with pytest.raises(CouponExpired, match="its last day was 2026-01-31"):
            redeem("SUMMER-20", account, "2026-02-01")
        assert redeem("SUMMER-20", account, "2026-01-31")

    def test_refuses_a_promotion_that_has_ended(self) -> None:
        a_coupon(promotion=a_promotion(ends_on=on("2026-02-01")))

        with pytest.raises(PromotionEnded):
            redeem("SUMMER-20", an_account(), "2026-02-01")

    def test_refuses_a_coupon_that_is_used_up(self) -> None:
        a_coupon(limit=1)
        redeem("SUMMER-20", an_account(), "2026-01-01")

        with pytest.raises(CouponUsedUp):
            redeem("SUMMER-20", an_account(), "2026-01-01")

        assert Redemption.objects.count() == Fact.objects.count() == 1

    def test_refuses_a_promotion_that_is_used_up_by_all_its_coupons(self) -> None:
        promotion = a_promotion(limit=1)
        a_coupon("FIRST", promotion)
        a_coupon("SECOND", promotion)
        redeem("FIRST", an_account(), "2026-01-01")

        with pytest.raises(PromotionUsedUp):
            redeem("SECOND", an_account(), "2026-01-01")

        assert coupon_coded("SECOND").redeemed == 0

    def test_refuses_what_an_account_has_taken_as_often_as_it_may(self) -> None:
        promotion = a_promotion(limit_per_account=1)
        a_coupon("FIRST", promotion)
        a_coupon("SECOND", promotion)
        account = an_account(number="A/1")
        redeem("FIRST", account, "2026-01-01")

        with pytest.raises(AlreadyTaken, match="A/1 has taken promotion summer"):
            redeem("SECOND", account, "2026-01-01")

    def test_refuses_a_closed_account(self) -> None:
        account = an_account()
        close_account(account_id=account, closed_on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR)

        with pytest.raises(AccountClosed):
            redeem(a_coupon(), account, "2026-02-01")

    def test_refuses_an_account_in_another_currency_than_the_amount(self) -> None:
        a_coupon(benefit={"amount": "5.00"}, currency="USD")

        with pytest.raises(PromotionInOtherCurrency, match=r"in USD, .* is billed in EUR"):
            redeem("SUMMER-20", an_account(), "2026-01-01")

    def test_refuses_a_subscription_of_somebody_else(self) -> None:
        theirs = a_subscription(an_account(), a_plan(), "2026-01-01")

        with pytest.raises(SubscriptionUnknown):
            redeem(a_coupon(), an_account(), "2026-01-01", subscription_id=theirs)

    def test_refuses_a_subscription_that_is_not_in_service(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-01")
        cancel(subscription_id=subscription, on=on("2026-02-01"), now=at("2026-02-01"), actor=ACTOR)

        with pytest.raises(SubscriptionEnded):
            redeem(a_coupon(), account, "2026-02-01", subscription_id=subscription)


class TestAPromotionForPlans:
    def test_is_refused_for_another_plan(self) -> None:
        a_plan("fiber")
        account = an_account()
        subscription = a_subscription(account, a_plan("dsl"), "2026-01-01")
        a_coupon(plans=frozenset({"fiber"}))

        with pytest.raises(PromotionNotForPlan, match="is not for dsl"):
            redeem("SUMMER-20", account, "2026-01-01", subscription_id=subscription)

    def test_is_refused_for_a_plan_without_its_charges(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan("dsl"), "2026-01-01")
        a_coupon(benefit={"percent": "20", "charges": ["television"]})

        with pytest.raises(PromotionNotForPlan, match="is not for dsl"):
            redeem("SUMMER-20", account, "2026-01-01", subscription_id=subscription)

    def test_is_taken_for_a_subscription_not_for_the_account(self) -> None:
        a_plan("fiber")
        a_coupon(plans=frozenset({"fiber"}))

        with pytest.raises(PromotionNeedsSubscription):
            redeem("SUMMER-20", an_account(), "2026-01-01")


class TestAPromotionForNewCustomers:
    def test_is_taken_on_the_day_of_the_first_subscription(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan(), "2026-01-05")

        assert redeem(a_coupon(new_customers_only=True), account, "2026-01-05", subscription_id=subscription)

    def test_is_refused_on_the_day_after(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), "2026-01-05")

        with pytest.raises(PromotionForNewCustomers, match="since 2026-01-05"):
            redeem(a_coupon(new_customers_only=True), account, "2026-01-06")


class TestAnExclusivePromotion:
    @pytest.fixture
    def account(self) -> int:
        account = an_account()
        a_subscription(account, a_plan(), "2026-01-01")
        a_coupon("ALONE", is_exclusive=True)
        a_coupon("COMMON")
        return account

    @pytest.mark.parametrize(("first", "second"), [("ALONE", "COMMON"), ("COMMON", "ALONE")])
    def test_stands_beside_no_other(self, account: int, first: str, second: str) -> None:
        redeem(first, account, "2026-01-01")

        with pytest.raises(StandsAlone, match=f"of {second} cannot be taken beside of {first}"):
            redeem(second, account, "2026-02-01")

    def test_is_taken_when_the_other_is_over(self, account: int) -> None:
        # Three periods from 15 January, the partial one counted: to the end of March.
        redeem("COMMON", account, "2026-01-15")

        with pytest.raises(StandsAlone):
            redeem("ALONE", account, "2026-03-31")
        assert redeem("ALONE", account, "2026-04-01")

    def test_stands_beside_one_on_another_subscription(self, account: int) -> None:
        plan = a_plan("router")
        first = a_subscription(account, plan, "2026-01-01")
        second = a_subscription(account, plan, "2026-01-01")
        redeem("COMMON", account, "2026-01-01", subscription_id=first)

        assert redeem("ALONE", account, "2026-01-01", subscription_id=second)

    def test_is_taken_when_the_other_was_taken_back(self, account: int) -> None:
        redeem("COMMON", account, "2026-01-01")
        taken_back("COMMON", account, "2026-01-02", release=False)

        assert redeem("ALONE", account, "2026-01-02")

    def test_leaves_common_ones_beside_each_other(self, account: int) -> None:
        redeem("COMMON", account, "2026-01-01")

        assert redeem(a_coupon("OTHER"), account, "2026-01-01")


class TestUses:
    def test_are_counted_as_they_were_taken(self) -> None:
        a_coupon()
        redeem("SUMMER-20", an_account(), "2026-01-01")
        account = an_account()
        redeem("SUMMER-20", account, "2026-01-01")
        taken_back("SUMMER-20", account, "2026-01-02", release=True)
        assert list(verify_uses()) == []

        Coupon.objects.update(redeemed=3)

        assert [str(deviation) for deviation in verify_uses()] == [
            "coupon: SUMMER-20: counts 3 uses, 1 were taken"
        ]


class TestTakingBack:
    @pytest.fixture
    def account(self) -> int:
        account = an_account(number="A/1")
        a_subscription(account, a_plan(amount="30.00"), "2026-01-01")
        a_coupon("ONCE", limit=1)
        redeem("ONCE", account, "2026-01-01")
        return account

    def test_ends_the_discount_from_its_beginning(self, account: int) -> None:
        bill_through("2026-01-01")

        taken_back("once", account, "2026-01-10", release=False)
        bill_through("2026-01-10")

        # 24.00, then the 6.00 that were taken off.
        assert totals() == [2400, 600]

    def test_keeps_the_use_counted_unless_it_is_asked_for(self, account: int) -> None:
        taken_back("ONCE", account, "2026-01-10", release=False)

        with pytest.raises(CouponUsedUp):
            redeem("ONCE", an_account(), "2026-01-10")

    def test_gives_the_use_back_when_asked(self, account: int) -> None:
        taken_back("ONCE", account, "2026-01-10", release=True)

        assert coupon_coded("ONCE").redeemed == promotion_coded("of ONCE").redeemed == 0
        assert redeem("ONCE", an_account(), "2026-01-10")
        assert Event.objects.get(verb="coupon.taken_back").data["is_given_back"] is True

    def test_happens_once(self, account: int) -> None:
        taken_back("ONCE", account, "2026-01-10", release=True)

        with pytest.raises(RedemptionUnknown, match="A/1 has not redeemed coupon ONCE"):
            taken_back("ONCE", account, "2026-01-10", release=True)
        assert coupon_coded("ONCE").redeemed == 0

    def test_follows_a_void_of_the_discount(self, account: int) -> None:
        redemption = Redemption.objects.get()
        when: dict[str, Any] = {"on": on("2026-01-10"), "now": at("2026-01-10"), "actor": ACTOR}

        void = void_fact(account_id=account, number=redemption.fact, **when)
        redemption.refresh_from_db()
        assert redemption.is_taken_back

        void_fact(account_id=account, number=void, **when)
        redemption.refresh_from_db()
        assert not redemption.is_taken_back

    def test_is_not_undone_once_the_use_was_given_back(self, account: int) -> None:
        void = taken_back("ONCE", account, "2026-01-10", release=True)

        with pytest.raises(UseGivenBack):
            void_fact(account_id=account, number=void, on=on("2026-01-11"), now=at("2026-01-11"), actor=ACTOR)

        assert Redemption.objects.get().is_taken_back
