"""Promotions, coupons and how tests take them."""

from __future__ import annotations

from datetime import date
from typing import Any

from broadbill.catalog.domain.promotion import Promotion
from broadbill.catalog.operations.coupons import add_coupon
from broadbill.catalog.operations.promotions import define_promotion
from broadbill.contracts.operations.redemptions import Taken, redeem_coupon
from tests.world import ACTOR, at, on


def a_promotion(code: str = "summer", **terms: Any) -> str:
    """20 % off three periods, unless something else is said."""
    terms = {"name": "Summer", "benefit": {"percent": "20", "periods": 3}, **terms}
    define_promotion(promotion=Promotion(code=code, **terms), now=at("2025-12-01"), actor=ACTOR)
    return code


def a_coupon(
    code: str = "SUMMER-20",
    promotion: str | None = None,
    *,
    limit: int | None = None,
    ends_on: date | None = None,
    **terms: Any,
) -> str:
    """A coupon of a promotion of its own, or of the one named."""
    promotion = promotion or a_promotion(f"of {code}", **terms)
    return add_coupon(
        promotion=promotion, code=code, limit=limit, ends_on=ends_on, now=at("2025-12-01"), actor=ACTOR
    )


def redeem(code: str, account_id: int, day: str, *, subscription_id: int | None = None) -> Taken:
    return redeem_coupon(
        code=code,
        account_id=account_id,
        subscription_id=subscription_id,
        on=on(day),
        now=at(day),
        actor=ACTOR,
    )
