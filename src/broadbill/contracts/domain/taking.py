"""Who may take a promotion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from broadbill.catalog.domain.promotion import Promotion
from broadbill.contracts.domain.promotion_errors import (
    AlreadyTaken,
    PromotionForNewCustomers,
    PromotionInOtherCurrency,
    PromotionNeedsSubscription,
    PromotionNotForPlan,
    StandsAlone,
)


class Standing(NamedTuple):
    """A promotion that was taken and still runs."""

    code: str
    is_exclusive: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Taker:
    """An account, or one of its subscriptions, as it stands when it asks for a promotion.

    `plan` is the subscription's on the day, None for the whole account, with the codes of its `charges`.
    `customer_since` is the first day of the first subscription, `taken` how often the account took the promotion, and
    `standing` what still runs on the same lines.
    """

    account: str
    currency: str
    plan: str | None
    charges: frozenset[str]
    customer_since: date | None
    taken: int
    standing: Sequence[Standing]


def refuse_unfit(promotion: Promotion, taker: Taker, on: date) -> None:
    """Raises: what says why this taker may not take the promotion on the day."""
    promotion.refuse_day(on)
    refuse_currency(promotion, taker.account, taker.currency)
    _refuse_plan(promotion, taker)
    if promotion.new_customers_only and taker.customer_since and taker.customer_since < on:
        raise PromotionForNewCustomers(
            promotion=promotion.code, account=taker.account, since=taker.customer_since.isoformat()
        )
    refuse_more_than_limit(promotion, taker.account, taker.taken)
    for other in taker.standing:
        if promotion.is_exclusive or other.is_exclusive:
            raise StandsAlone(promotion=promotion.code, other=other.code)


def refuse_currency(promotion: Promotion, account: str, currency: str) -> None:
    """Raises: PromotionInOtherCurrency."""
    if promotion.currency and promotion.currency != currency:
        raise PromotionInOtherCurrency(
            promotion=promotion.code,
            currency=promotion.currency,
            account=account,
            account_currency=currency,
        )


def refuse_more_than_limit(promotion: Promotion, account: str, taken: int) -> None:
    """Raises: AlreadyTaken."""
    if promotion.limit_per_account is not None and taken >= promotion.limit_per_account:
        raise AlreadyTaken(promotion=promotion.code, account=account)


def _refuse_plan(promotion: Promotion, taker: Taker) -> None:
    """A discount that no charge of the plan would ever get is refused as well."""
    if taker.plan is None:
        if promotion.plans:
            raise PromotionNeedsSubscription(promotion=promotion.code)
        return
    is_for_plan = not promotion.plans or taker.plan in promotion.plans
    is_for_charge = not promotion.charges or not taker.charges.isdisjoint(promotion.charges)
    if not (is_for_plan and is_for_charge):
        raise PromotionNotForPlan(promotion=promotion.code, plan=taker.plan)
