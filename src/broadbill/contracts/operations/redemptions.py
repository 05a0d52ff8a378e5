"""Taking a promotion by a coupon, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_account, lock_open_account
from broadbill.catalog.domain.promotion import Promotion
from broadbill.catalog.operations.uses import count_use, give_back_use
from broadbill.catalog.queries.promotions import PromotionRead, coupon_coded, promotion_coded
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.domain.promotion_errors import RedemptionUnknown
from broadbill.contracts.domain.taking import Taker, refuse_unfit
from broadbill.contracts.models import Redemption
from broadbill.contracts.operations.account_facts import void_fact
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.queries.redemptions import customer_since, standing_beside, times_taken
from broadbill.contracts.queries.services import service_on
from broadbill.kernel.operations.events import record_event


@dataclass(frozen=True, slots=True)
class Taken:
    """What a coupon gave: `name` stands on the invoice, `fact` is the number of the discount."""

    name: str
    fact: int


@transaction.atomic
def redeem_coupon(
    *,
    code: str,
    account_id: int,
    subscription_id: int | None = None,
    on: date,
    now: datetime,
    actor: str,
) -> Taken:
    """Take a promotion by its coupon, for a subscription or the whole account, from a day on.

    Under the account's lock, so its own limit holds; the uses are counted last, as everybody's rows.
    Raises: AccountUnknown, AccountClosed, SubscriptionUnknown, SubscriptionEnded, CouponUnknown, CouponExpired,
    CouponUsedUp, PromotionPaused, PromotionUsedUp and what `refuse_unfit` raises.
    """
    account = lock_open_account(account_id, on=on)
    coupon = coupon_coded(code)
    coupon.refuse_day(on)
    promotion = promotion_coded(coupon.promotion)
    refuse_unfit(promotion.terms, _taker(account, subscription_id, promotion, on), on)
    count_use(promotion_id=promotion.id, coupon_id=coupon.id)
    name = f"{promotion.terms.name} ({coupon.code})"
    fact = NewFact(
        account_id=account_id,
        kind="discount",
        effective_on=on,
        subscription_id=subscription_id,
        detail={"name": name, **promotion.terms.benefit},
    )
    [number] = record_facts(facts=[fact], now=now, actor=actor)
    redemption = Redemption.objects.create(
        account=account,
        subscription_id=subscription_id,
        promotion_id=promotion.id,
        coupon_id=coupon.id,
        fact=number,
        taken_on=on,
        recorded_at=now,
        recorded_by=actor,
    )
    _record("coupon.redeemed", redemption, coupon.code, promotion.terms, actor, now)
    return Taken(name, number)


@transaction.atomic
def take_back_coupon(
    *, code: str, account_id: int, release: bool, on: date, now: datetime, actor: str
) -> int:
    """Void the discount that a coupon gave, the latest where it gave several; return the void's number.

    With `release` the use is given back, and somebody else may have it. Raises: CouponUnknown, RedemptionUnknown.
    """
    account = lock_account(account_id)
    coupon = coupon_coded(code)
    standing = Redemption.objects.filter(account=account, coupon_id=coupon.id, is_taken_back=False)
    redemption = standing.order_by("id").last()
    if redemption is None:
        raise RedemptionUnknown(account=account.number, coupon=coupon.code)
    void = void_fact(account_id=account_id, number=redemption.fact, on=on, now=now, actor=actor)
    if release:
        give_back_use(promotion_id=redemption.promotion_id, coupon_id=coupon.id)
        Redemption.objects.filter(pk=redemption.pk).update(is_given_back=True)
    terms = promotion_coded(coupon.promotion).terms
    _record("coupon.taken_back", redemption, coupon.code, terms, actor, now, is_given_back=release)
    return void


def _taker(account: Account, subscription_id: int | None, promotion: PromotionRead, on: date) -> Taker:
    service = (
        None
        if subscription_id is None
        else service_on(account_id=account.id, subscription_id=subscription_id, on=on)
    )
    return Taker(
        account=account.number,
        currency=account.profile.currency,
        plan=service.plan if service else None,
        charges=frozenset(service.charges if service else ()),
        customer_since=customer_since(account.id),
        taken=times_taken(account_id=account.id, promotion_id=promotion.id),
        standing=standing_beside(promotion.terms, account=account, subscription_id=subscription_id, on=on),
    )


def _record(
    verb: str,
    redemption: Redemption,
    coupon: str,
    promotion: Promotion,
    actor: str,
    now: datetime,
    **more: Any,
) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="redemption",
        object_id=redemption.id,
        occurred_at=now,
        account_id=redemption.account_id,
        data={
            "coupon": coupon,
            "promotion": promotion.code,
            "name": promotion.name,
            "subscription": redemption.subscription_id,
            "fact": redemption.fact,
            **more,
        },
    )
