from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class PromotionUnknown(DomainError):
    """No promotion has this code."""

    code = "catalog.promotion_unknown"
    message = "There is no promotion {promotion}. See `broadbill promotion list`."
    promotion: str


@dataclass(kw_only=True, eq=False)
class PromotionCodeTaken(DomainError):
    """A promotion's code is given once."""

    code = "catalog.promotion_code_taken"
    message = "Promotion {promotion} exists already. Choose another code."
    promotion: str


@dataclass(kw_only=True, eq=False)
class PromotionIsInvalid(DomainError):
    """A promotion that could not be given as it is described."""

    code = "catalog.promotion_is_invalid"
    message = "Promotion {promotion}: {reason}."
    promotion: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PromotionNotOpen(DomainError):
    """A promotion that cannot be taken yet."""

    code = "catalog.promotion_not_open"
    message = "Promotion {promotion} may be taken from {starts_on} on."
    promotion: str
    starts_on: str


@dataclass(kw_only=True, eq=False)
class PromotionEnded(DomainError):
    """A promotion that cannot be taken any more."""

    code = "catalog.promotion_ended"
    message = "Promotion {promotion} ended; its last day was {last_day}."
    promotion: str
    last_day: str


@dataclass(kw_only=True, eq=False)
class PromotionPaused(DomainError):
    """A promotion that nobody takes for now."""

    code = "catalog.promotion_paused"
    message = "Promotion {promotion} is paused. Let it go on, then it can be taken."
    promotion: str


@dataclass(kw_only=True, eq=False)
class PromotionUsedUp(DomainError):
    """A promotion that was taken as often as it may be."""

    code = "catalog.promotion_used_up"
    message = "Promotion {promotion} was taken as often as it may be."
    promotion: str


@dataclass(kw_only=True, eq=False)
class PromotionKindDiffers(DomainError):
    """Coupons give discounts; who refers a customer takes a referral."""

    code = "catalog.promotion_kind_differs"
    message = "Promotion {promotion} is a {kind}, not a {wanted}."
    promotion: str
    kind: str
    wanted: str


@dataclass(kw_only=True, eq=False)
class CouponUnknown(DomainError):
    """No coupon has this code."""

    code = "catalog.coupon_unknown"
    message = "There is no coupon {coupon}. Check how it is spelled."
    coupon: str


@dataclass(kw_only=True, eq=False)
class CouponCodeTaken(DomainError):
    """A coupon's code is given once, dashes and small letters aside."""

    code = "catalog.coupon_code_taken"
    message = "Coupon {coupon} exists already. Choose another code."
    coupon: str


@dataclass(kw_only=True, eq=False)
class CouponIsInvalid(DomainError):
    """A coupon that nobody could redeem."""

    code = "catalog.coupon_is_invalid"
    message = "Coupon {coupon!r}: {reason}."
    coupon: str
    reason: str


@dataclass(kw_only=True, eq=False)
class CouponExpired(DomainError):
    """A coupon that cannot be redeemed any more."""

    code = "catalog.coupon_expired"
    message = "Coupon {coupon} has expired; its last day was {last_day}."
    coupon: str
    last_day: str


@dataclass(kw_only=True, eq=False)
class CouponUsedUp(DomainError):
    """A coupon that was redeemed as often as it may be."""

    code = "catalog.coupon_used_up"
    message = "Coupon {coupon} was redeemed as often as it may be."
    coupon: str
