from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from broadbill.catalog.domain.coupon_code import ALPHABET
from broadbill.catalog.domain.errors import ChargeUnknown, PlanUnknown
from broadbill.catalog.domain.promotion import Promotion
from broadbill.catalog.domain.promotion_errors import (
    CouponCodeTaken,
    CouponIsInvalid,
    CouponUnknown,
    CouponUsedUp,
    PromotionCodeTaken,
    PromotionEnded,
    PromotionIsInvalid,
    PromotionKindDiffers,
    PromotionNotOpen,
    PromotionPaused,
    PromotionUnknown,
    PromotionUsedUp,
)
from broadbill.catalog.models import Coupon
from broadbill.catalog.models import Promotion as PromotionRow
from broadbill.catalog.operations.coupons import add_coupon, end_coupon, generate_coupons, new_code
from broadbill.catalog.operations.promotions import (
    end_promotion,
    go_on_with_promotion,
    pause_promotion,
)
from broadbill.catalog.operations.uses import count_use, give_back_use
from broadbill.catalog.queries.promotions import coupon_coded, coupons_of, promotion_coded
from broadbill.kernel.models import Event
from tests.promotions import a_coupon, a_promotion
from tests.world import ACTOR, a_plan, at, on

pytestmark = pytest.mark.django_db


class TestDefining:
    def test_keeps_what_was_said(self) -> None:
        a_plan("fiber")
        terms = Promotion(
            code="summer",
            name="Summer",
            benefit={"amount": "5.00", "charges": ["access"], "periods": 3},
            currency="EUR",
            starts_on=on("2026-06-01"),
            ends_on=on("2026-09-01"),
            plans=frozenset({"fiber"}),
            new_customers_only=True,
            limit=100,
            limit_per_account=1,
            is_exclusive=True,
        )

        a_promotion(**{name: getattr(terms, name) for name in Promotion.__dataclass_fields__})

        assert promotion_coded("summer").terms == terms

    @pytest.mark.parametrize(
        ("terms", "reason"),
        [
            ({"benefit": {}}, "percent: needs either percent or amount"),
            ({"benefit": {"percent": "120"}}, "percent: must be at most 100"),
            ({"benefit": {"percent": "20", "id": "1"}}, "id is not a benefit of a discount"),
            ({"benefit": {"amount": "5.00"}}, "an amount needs a currency"),
            ({"benefit": {"amount": "5.001"}, "currency": "EUR"}, "5.001 EUR has more than 2 decimals"),
            ({"benefit": {"percent": "20", "periods": 0}}, "periods: must be a whole number from 1"),
            ({"starts_on": on("2026-06-01"), "ends_on": on("2026-06-01")}, "not after it starts"),
            ({"limit": 0}, "a limit must be at least 1"),
            ({"name": " "}, "needs a code and a name"),
            ({"kind": "referral", "benefit": {}}, "needs an amount for at least one side"),
            ({"kind": "referral", "benefit": {"referrer": "-1"}}, "referrer: must be greater than 0"),
            ({"kind": "referral", "benefit": {"referrer": "5"}}, "an amount needs a currency"),
            (
                {"kind": "referral", "benefit": {"referrer": "5"}, "currency": "EUR", "is_exclusive": True},
                "a referral knows no plans",
            ),
        ],
    )
    def test_refuses_what_cannot_be_given(self, terms: dict[str, Any], reason: str) -> None:
        with pytest.raises(PromotionIsInvalid, match=reason):
            a_promotion(**terms)

        assert not PromotionRow.objects.exists()

    def test_refuses_a_code_that_is_taken(self) -> None:
        a_promotion("summer")

        with pytest.raises(PromotionCodeTaken, match="summer exists already"):
            a_promotion("summer")

    def test_refuses_a_plan_that_there_is_not(self) -> None:
        with pytest.raises(PlanUnknown):
            a_promotion(plans=frozenset({"fibre"}))

    def test_refuses_a_charge_that_none_of_its_plans_has(self) -> None:
        a_plan("fiber")

        with pytest.raises(ChargeUnknown, match="fiber has no charge acess"):
            a_promotion(benefit={"percent": "20", "charges": ["acess"]}, plans=frozenset({"fiber"}))

    def test_is_for_good(self) -> None:
        a_promotion()

        with pytest.raises(DatabaseError, match="make another promotion"), transaction.atomic():
            PromotionRow.objects.update(name="Winter")
        with pytest.raises(DatabaseError, match="make another promotion"), transaction.atomic():
            PromotionRow.objects.all().delete()


class TestTheDaysOfAPromotion:
    def test_are_half_open(self) -> None:
        terms = promotion_coded(a_promotion(starts_on=on("2026-06-01"), ends_on=on("2026-09-01"))).terms

        terms.refuse_day(on("2026-06-01"))
        terms.refuse_day(on("2026-08-31"))
        with pytest.raises(PromotionNotOpen, match="from 2026-06-01 on"):
            terms.refuse_day(on("2026-05-31"))
        with pytest.raises(PromotionEnded, match="its last day was 2026-08-31"):
            terms.refuse_day(on("2026-09-01"))

    def test_are_over_when_its_discounts_are(self) -> None:
        terms = promotion_coded(a_promotion(benefit={"percent": "20", "until": "2026-09-01"})).terms

        with pytest.raises(PromotionEnded, match="its last day was 2026-08-31"):
            terms.refuse_day(on("2026-09-01"))

    def test_can_be_ended(self) -> None:
        a_promotion()

        end_promotion(promotion="summer", ends_on=on("2026-07-01"), now=at("2026-06-20"), actor=ACTOR)

        assert promotion_coded("summer").terms.ends_on == on("2026-07-01")
        with pytest.raises(PromotionUnknown):
            end_promotion(promotion="winter", ends_on=on("2026-07-01"), now=at("2026-06-20"), actor=ACTOR)


class TestCoupons:
    @pytest.mark.parametrize("typed", ["SUMMER-20", "summer20", " Sum-mer 20 ", "SUMMER20"])
    def test_are_found_however_they_are_typed(self, typed: str) -> None:
        a_coupon("Summer-20")

        assert coupon_coded(typed).code == "SUMMER-20"

    def test_that_do_not_exist_are_unknown(self) -> None:
        with pytest.raises(CouponUnknown, match="no coupon SUMMER21"):
            coupon_coded("SUMMER21")

    @pytest.mark.parametrize("code", ["", "AB", "SÜMMER", "A B C", "SUMMER--20", "-SUMMER", "X" * 41])
    def test_have_codes_that_can_be_typed(self, code: str) -> None:
        with pytest.raises(CouponIsInvalid, match="3 to 40 letters"):
            a_coupon(code)

    def test_are_taken_with_dashes_or_without(self) -> None:
        a_coupon("SUMMER-20")

        with pytest.raises(CouponCodeTaken, match="SUMMER20 exists already"):
            a_coupon("SUMMER20")
        promotion = PromotionRow.objects.get(code="of SUMMER-20")
        with pytest.raises(IntegrityError, match="unique_without_dashes"), transaction.atomic():
            Coupon.objects.create(promotion=promotion, code="SUM-MER20", recorded_at=at("2026-01-01"))

    def test_are_made_by_the_batch_each_for_one_use(self) -> None:
        a_promotion()

        made = generate_coupons(
            promotion="summer", count=500, ends_on=on("2026-09-01"), now=at("2026-06-01"), actor=ACTOR
        )

        assert len(set(made)) == 500
        assert {(coupon.limit, coupon.ends_on) for coupon in coupons_of("summer")} == {(1, on("2026-09-01"))}

    def test_that_are_made_up_have_no_letters_that_look_alike(self) -> None:
        assert not set(ALPHABET) & set("0O1IL2Z5S8BUV")
        assert [len(group) for group in new_code().split("-")] == [4, 4, 4]
        assert set(new_code()) <= {*ALPHABET, "-"}

    def test_give_no_referral(self) -> None:
        a_promotion("friends", kind="referral", benefit={"referrer": "10.00"}, currency="EUR")

        with pytest.raises(PromotionKindDiffers, match="friends is a referral, not a discount"):
            a_coupon("FRIENDS", "friends")

    def test_with_a_limit_of_nothing_are_refused(self) -> None:
        with pytest.raises(CouponIsInvalid, match="at least 1"):
            add_coupon(
                promotion=a_promotion(),
                code="NOBODY",
                limit=0,
                ends_on=None,
                now=at("2026-01-01"),
                actor=ACTOR,
            )


class TestCountingUses:
    def test_ends_at_the_limit_of_the_coupon(self) -> None:
        promotion = promotion_coded(a_promotion())
        coupon = coupon_coded(a_coupon("TWICE", "summer", limit=2))
        count_use(promotion_id=promotion.id, coupon_id=coupon.id)
        count_use(promotion_id=promotion.id, coupon_id=coupon.id)

        with pytest.raises(CouponUsedUp, match="TWICE was redeemed"), transaction.atomic():
            count_use(promotion_id=promotion.id, coupon_id=coupon.id)

        assert promotion_coded("summer").redeemed == coupon_coded("TWICE").redeemed == 2

    def test_ends_at_the_limit_of_the_promotion(self) -> None:
        promotion = promotion_coded(a_promotion(limit=1))
        coupon = coupon_coded(a_coupon("ANYBODY", "summer"))
        count_use(promotion_id=promotion.id, coupon_id=coupon.id)

        with pytest.raises(PromotionUsedUp, match="summer was taken"):
            count_use(promotion_id=promotion.id, coupon_id=coupon.id)

    def test_goes_down_when_a_use_is_given_back(self) -> None:
        promotion = promotion_coded(a_promotion(limit=1))
        count_use(promotion_id=promotion.id)

        give_back_use(promotion_id=promotion.id)
        count_use(promotion_id=promotion.id)

        assert promotion_coded("summer").redeemed == 1

    def test_never_goes_below_none_nor_above_the_limit_in_the_database(self) -> None:
        promotion = promotion_coded(a_promotion(limit=1))

        with pytest.raises(IntegrityError), transaction.atomic():
            give_back_use(promotion_id=promotion.id)
        with pytest.raises(IntegrityError, match="within_its_limit"), transaction.atomic():
            PromotionRow.objects.update(redeemed=2)


class TestPausing:
    def test_keeps_everybody_from_it_until_it_goes_on(self) -> None:
        summer = promotion_coded(a_promotion()).id
        pause_promotion(promotion="summer", now=at("2026-01-05"), actor=ACTOR)

        with pytest.raises(PromotionPaused, match="summer is paused"):
            count_use(promotion_id=summer)

        go_on_with_promotion(promotion="summer", now=at("2026-01-06"), actor=ACTOR)
        count_use(promotion_id=summer)
        assert promotion_coded("summer").redeemed == 1

    def test_is_recorded_once_however_often_it_is_said(self) -> None:
        a_promotion()

        for _ in range(2):
            pause_promotion(promotion="summer", now=at("2026-01-05"), actor=ACTOR)

        assert Event.objects.filter(verb="promotion.paused").count() == 1


class TestStateOfAPromotion:
    @pytest.mark.parametrize(
        ("day", "terms", "state"),
        [
            ("2026-05-31", {"starts_on": on("2026-06-01")}, "to_come"),
            ("2026-06-01", {"starts_on": on("2026-06-01")}, "open"),
            ("2026-08-31", {"ends_on": on("2026-09-01")}, "open"),
            ("2026-09-01", {"ends_on": on("2026-09-01")}, "ended"),
            ("2026-09-01", {"benefit": {"percent": "5", "until": "2026-09-01"}}, "ended"),
        ],
    )
    def test_is_that_of_the_day(self, day: str, terms: dict[str, Any], state: str) -> None:
        assert promotion_coded(a_promotion(**terms)).state_on(on(day)) == state

    def test_is_used_up_before_it_is_paused(self) -> None:
        found = promotion_coded(a_promotion(limit=1))
        count_use(promotion_id=found.id)
        pause_promotion(promotion="summer", now=at("2026-01-05"), actor=ACTOR)

        assert promotion_coded("summer").state_on(on("2026-06-01")) == "used_up"
        assert promotion_coded("summer").left == 0


class TestEndingACoupon:
    def test_ends_it_however_it_is_spelled(self) -> None:
        a_coupon("SUMMER-20")

        written = end_coupon(coupon="summer20", ends_on=on("2026-07-01"), now=at("2026-06-01"), actor=ACTOR)

        assert written == "SUMMER-20"
        assert coupon_coded("SUMMER-20").ends_on == on("2026-07-01")

    def test_refuses_one_that_does_not_exist(self) -> None:
        with pytest.raises(CouponUnknown):
            end_coupon(coupon="NONE", ends_on=on("2026-07-01"), now=at("2026-06-01"), actor=ACTOR)
