"""Counting what is taken: one UPDATE each, so that however many ask at once, none is taken too often.

Both rows stay locked until the caller's transaction ends, the promotion's before the coupon's; whoever takes or gives
back a use holds the account's lock before.
"""

from __future__ import annotations

from django.db.models import F, Q

from broadbill.catalog.domain.promotion_errors import CouponUsedUp, PromotionPaused, PromotionUsedUp
from broadbill.catalog.models import Coupon, Promotion

LEFT = Q(limit=None) | Q(redeemed__lt=F("limit"))


def count_use(*, promotion_id: int, coupon_id: int | None = None) -> None:
    """Count one use of a promotion, and of the coupon it was taken by.

    Raises: PromotionPaused, PromotionUsedUp, CouponUsedUp.
    """
    running = Promotion.objects.filter(LEFT, pk=promotion_id, is_paused=False)
    if not running.update(redeemed=F("redeemed") + 1):
        promotion = Promotion.objects.get(pk=promotion_id)
        if promotion.is_paused:
            raise PromotionPaused(promotion=promotion.code)
        raise PromotionUsedUp(promotion=promotion.code)
    if coupon_id and not Coupon.objects.filter(LEFT, pk=coupon_id).update(redeemed=F("redeemed") + 1):
        raise CouponUsedUp(coupon=Coupon.objects.get(pk=coupon_id).code)


def give_back_use(*, promotion_id: int, coupon_id: int | None = None) -> None:
    """Let somebody else have a use that was counted; fewer than none is refused by the database."""
    Promotion.objects.filter(pk=promotion_id).update(redeemed=F("redeemed") - 1)
    if coupon_id:
        Coupon.objects.filter(pk=coupon_id).update(redeemed=F("redeemed") - 1)
