"""Promotions and their coupons, with how often they were taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Replace

from broadbill.catalog.domain.coupon_code import bare_code
from broadbill.catalog.domain.promotion import Promotion, last_day
from broadbill.catalog.domain.promotion_errors import (
    CouponExpired,
    CouponUnknown,
    PromotionKindDiffers,
    PromotionUnknown,
)
from broadbill.catalog.models import Coupon
from broadbill.catalog.models import Promotion as PromotionRow

State = Literal["open", "to_come", "paused", "used_up", "ended"]


@dataclass(frozen=True, slots=True)
class PromotionRead:
    """`redeemed` is how often it was taken and not given back."""

    id: int
    terms: Promotion
    redeemed: int
    is_paused: bool = False

    @property
    def left(self) -> int | None:
        """How often it may still be taken; None is without limit."""
        return None if self.terms.limit is None else self.terms.limit - self.redeemed

    def state_on(self, day: date) -> State:
        """How it stands for those who ask for it on the day."""
        if self.terms.closes_on and self.terms.closes_on <= day:
            return "ended"
        if self.left == 0:
            return "used_up"
        if self.is_paused:
            return "paused"
        if self.terms.starts_on and day < self.terms.starts_on:
            return "to_come"
        return "open"


@dataclass(frozen=True, slots=True)
class CouponRead:
    """`limit` None: as often as the promotion allows. `ends_on` is the first day on which it is not taken."""

    id: int
    code: str
    promotion: str
    limit: int | None
    redeemed: int
    ends_on: date | None

    @property
    def left(self) -> int | None:
        """How often it may still be redeemed as far as its own limit goes; None is without one."""
        return None if self.limit is None else self.limit - self.redeemed

    def refuse_day(self, day: date) -> None:
        """Raises: CouponExpired."""
        if self.ends_on and self.ends_on <= day:
            raise CouponExpired(coupon=self.code, last_day=last_day(self.ends_on))


@dataclass(frozen=True, slots=True)
class PromotionPage:
    """`next_key` is what the next page comes before; None when there is none."""

    rows: tuple[PromotionRead, ...]
    first: bool
    next_key: int | None


@dataclass(frozen=True, slots=True)
class CouponPage:
    rows: tuple[CouponRead, ...]
    first: bool
    next_key: int | None


def promotion_list() -> tuple[PromotionRead, ...]:
    """Every promotion, by code. Two queries."""
    return tuple(_promotion(row) for row in PromotionRow.objects.prefetch_related("plans").order_by("code"))


def promotion_page(*, before: int | None = None, size: int = 25) -> PromotionPage:
    """Some promotions, latest first. Two queries."""
    rows = PromotionRow.objects.prefetch_related("plans").order_by("-id")
    found = [_promotion(row) for row in (rows if before is None else rows.filter(id__lt=before))[: size + 1]]
    shown = tuple(found[:size])
    return PromotionPage(shown, before is None, shown[-1].id if len(found) > size else None)


def promotion_coded(code: str) -> PromotionRead:
    """Two queries. Raises: PromotionUnknown."""
    row = PromotionRow.objects.prefetch_related("plans").filter(code=code).first()
    if row is None:
        raise PromotionUnknown(promotion=code)
    return _promotion(row)


def discount_promotion(code: str) -> PromotionRead:
    """A promotion that coupons may give. Raises: PromotionUnknown, PromotionKindDiffers."""
    return _of_kind(promotion_coded(code), "discount")


def referral_promotion(code: str) -> PromotionRead:
    """A promotion for those who bring others. Raises: PromotionUnknown, PromotionKindDiffers."""
    return _of_kind(promotion_coded(code), "referral")


def coupon_coded(code: str) -> CouponRead:
    """However the code is spelled: small letters, with or without dashes. One query. Raises: CouponUnknown."""
    row = _spelled(code).select_related("promotion").first()
    if row is None:
        raise CouponUnknown(coupon=code.strip())
    return _coupon(row)


def is_coupon(code: str) -> bool:
    """Whether a coupon has this code, however it is spelled."""
    return _spelled(code).exists()


def coupons_of(promotion: str) -> tuple[CouponRead, ...]:
    """A promotion's coupons in the order in which they were made. Two queries. Raises: PromotionUnknown."""
    row = PromotionRow.objects.filter(code=promotion).first()
    if row is None:
        raise PromotionUnknown(promotion=promotion)
    return tuple(
        _coupon(coupon)
        for coupon in Coupon.objects.filter(promotion=row).select_related("promotion").order_by("id")
    )


def coupon_page(*, promotion_id: int, before: int | None = None, size: int = 25) -> CouponPage:
    """Some of a promotion's coupons, latest first. One query."""
    rows = Coupon.objects.filter(promotion_id=promotion_id).select_related("promotion").order_by("-id")
    found = [_coupon(row) for row in (rows if before is None else rows.filter(id__lt=before))[: size + 1]]
    shown = tuple(found[:size])
    return CouponPage(shown, before is None, shown[-1].id if len(found) > size else None)


def _spelled(code: str) -> QuerySet[Coupon]:
    """Asked for by the expression of the unique index."""
    bare = Replace(F("code"), Value("-"), Value(""), output_field=TextField())
    return Coupon.objects.alias(bare=bare).filter(bare=bare_code(code))


def _of_kind(promotion: PromotionRead, kind: str) -> PromotionRead:
    if promotion.terms.kind != kind:
        raise PromotionKindDiffers(promotion=promotion.terms.code, kind=promotion.terms.kind, wanted=kind)
    return promotion


def _promotion(row: PromotionRow) -> PromotionRead:
    terms = Promotion(
        code=row.code,
        name=row.name,
        benefit=row.benefit,
        kind="referral" if row.kind == PromotionRow.Kind.REFERRAL else "discount",
        currency=row.currency,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        plans=frozenset(plan.code for plan in row.plans.all()),
        new_customers_only=row.new_customers_only,
        limit=row.limit,
        limit_per_account=row.limit_per_account,
        is_exclusive=row.is_exclusive,
    )
    return PromotionRead(row.id, terms, row.redeemed, row.is_paused)


def _coupon(row: Coupon) -> CouponRead:
    return CouponRead(row.id, row.code, row.promotion.code, row.limit, row.redeemed, row.ends_on)
