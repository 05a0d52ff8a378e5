"""Making the codes by which a promotion is taken."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from broadbill.catalog.domain.coupon_code import ALPHABET, grouped, written_code
from broadbill.catalog.domain.promotion_errors import CouponCodeTaken, CouponIsInvalid
from broadbill.catalog.models import Coupon
from broadbill.catalog.queries.promotions import coupon_coded, discount_promotion, is_coupon
from broadbill.kernel.operations.events import record_event

MOST_AT_ONCE = 100_000
# 23^12 codes are about 54 bits: nobody guesses one.
SYMBOLS = 12


@transaction.atomic
def add_coupon(
    *, promotion: str, code: str, limit: int | None, ends_on: date | None, now: datetime, actor: str
) -> str:
    """Add a code that people can remember, and return it as it is printed.

    It may be redeemed `limit` times (None: as often as the promotion allows) before `ends_on`.
    Raises: PromotionUnknown, PromotionKindDiffers, CouponIsInvalid, CouponCodeTaken.
    """
    written = written_code(code)
    if limit is not None and limit < 1:
        raise CouponIsInvalid(coupon=code, reason="a limit must be at least 1")
    if is_coupon(written):
        raise CouponCodeTaken(coupon=written)
    _make(promotion, [written], limit, ends_on, now)
    _record("coupon.added", promotion, {"coupon": written, "limit": limit}, now, actor)
    return written


@transaction.atomic
def generate_coupons(
    *, promotion: str, count: int, ends_on: date | None, now: datetime, actor: str
) -> tuple[str, ...]:
    """Make codes that nobody guesses, each to be redeemed once, and return them.

    Raises: PromotionUnknown, PromotionKindDiffers, CouponIsInvalid.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise CouponIsInvalid(coupon="", reason=f"from 1 to {MOST_AT_ONCE:,} are made at once")
    codes: set[str] = set()
    while len(codes) < count:
        codes.add(new_code())
    made = tuple(sorted(codes))
    _make(promotion, made, 1, ends_on, now)
    _record("coupon.generated", promotion, {"count": count}, now, actor)
    return made


@transaction.atomic
def end_coupon(*, coupon: str, ends_on: date, now: datetime, actor: str) -> str:
    """Let nobody redeem a code from the day on, however it is spelled; who redeemed it keeps what it gave.

    Returns: the code as it is printed. Raises: CouponUnknown.
    """
    found = coupon_coded(coupon)
    Coupon.objects.filter(pk=found.id).update(ends_on=ends_on)
    data: dict[str, object] = {"coupon": found.code, "ends_on": ends_on.isoformat()}
    _record("coupon.ended", found.promotion, data, now, actor)
    return found.code


def new_code() -> str:
    """A code that nobody guesses."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(SYMBOLS)))


def _make(
    promotion: str, codes: Sequence[str], limit: int | None, ends_on: date | None, now: datetime
) -> None:
    found = discount_promotion(promotion)
    Coupon.objects.bulk_create(
        (
            Coupon(promotion_id=found.id, code=code, limit=limit, ends_on=ends_on, recorded_at=now)
            for code in codes
        ),
        batch_size=5000,
    )


def _record(verb: str, promotion: str, data: dict[str, object], now: datetime, actor: str) -> None:
    record_event(
        actor=actor, verb=verb, object_type="promotion", object_id=promotion, occurred_at=now, data=data
    )
