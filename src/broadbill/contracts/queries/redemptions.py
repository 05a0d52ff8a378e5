"""What an account took of promotions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from broadbill.accounts.models import Account
from broadbill.catalog.domain.promotion import Promotion
from broadbill.contracts.domain.fact import event_of
from broadbill.contracts.domain.taking import Standing
from broadbill.contracts.models import Fact, Redemption, SubscriptionTerm
from broadbill.contracts.queries.terms import lives_of
from broadbill.core.rating import parse_event
from broadbill.core.rating.discounts import discount_ends, own_cycle
from broadbill.core.rating.events import Discount


@dataclass(frozen=True, slots=True)
class RedemptionRead:
    """`subscription` is its code, None for the whole account."""

    promotion: str
    coupon: str
    account: str
    subscription: str | None
    taken_on: date
    fact: int
    is_taken_back: bool
    is_given_back: bool


def redemptions_of(*, promotion: str) -> tuple[RedemptionRead, ...]:
    """Who took a promotion, in the order in which they did. One query."""
    rows = Redemption.objects.filter(promotion__code=promotion).order_by("id")
    return tuple(
        RedemptionRead(
            promotion=promotion,
            coupon=row.coupon.code,
            account=row.account.number,
            subscription=row.subscription.code if row.subscription else None,
            taken_on=row.taken_on,
            fact=row.fact,
            is_taken_back=row.is_taken_back,
            is_given_back=row.is_given_back,
        )
        for row in rows.select_related("coupon", "account", "subscription")
    )


@dataclass(frozen=True, slots=True)
class TakerRow:
    """Who took a promotion by a coupon; `subscription` is its code, None for the whole account."""

    id: int
    account: str
    name: str
    subscription: str | None
    coupon: str
    taken_on: date
    is_taken_back: bool
    is_given_back: bool


@dataclass(frozen=True, slots=True)
class TakerPage:
    """`next_key` is what the next page comes before; None when there is none."""

    rows: tuple[TakerRow, ...]
    first: bool
    next_key: int | None


def taker_page(*, promotion_id: int, before: int | None = None, size: int = 25) -> TakerPage:
    """Some of those who took a promotion, latest first. One query."""
    rows = Redemption.objects.filter(promotion_id=promotion_id).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    columns = ("id", "account__number", "account__name", "subscription__code", "coupon__code", "taken_on",
               "is_taken_back", "is_given_back")  # fmt: skip
    found = [TakerRow(*row) for row in rows.values_list(*columns)[: size + 1]]
    shown = tuple(found[:size])
    return TakerPage(shown, before is None, shown[-1].id if len(found) > size else None)


def times_taken(*, account_id: int, promotion_id: int) -> int:
    """How often an account took a promotion; a use given back does not count."""
    taken = Redemption.objects.filter(account_id=account_id, promotion_id=promotion_id, is_given_back=False)
    return taken.count()


def customer_since(account_id: int) -> date | None:
    """The first day of the account's first subscription."""
    terms = SubscriptionTerm.objects.filter(subscription__account_id=account_id, superseded_at=None)
    return min((term.lower for term in terms.values_list("holds", flat=True)), default=None)


def standing_beside(
    promotion: Promotion, *, account: Account, subscription_id: int | None, on: date
) -> tuple[Standing, ...]:
    """Promotions that still run on the day on what this one would be taken for, and cannot stand beside it."""
    rows = Redemption.objects.filter(account=account, is_taken_back=False).select_related("promotion")
    if not promotion.is_exclusive:
        rows = rows.filter(promotion__is_exclusive=True)
    if subscription_id is not None:
        rows = rows.filter(Q(subscription=None) | Q(subscription=subscription_id))
    found = list(rows.order_by("id"))
    return tuple(_running(account, found, on)) if found else ()


def _running(account: Account, rows: list[Redemption], on: date) -> Iterator[Standing]:
    lives = lives_of(account)
    numbers = [row.fact for row in rows]
    facts = {fact.number: fact for fact in Fact.objects.filter(account=account, number__in=numbers)}
    for row in rows:
        fact = facts[row.fact]
        discount = parse_event(
            row.fact, event_of(fact.kind, fact.effective_on, fact.subscription_id, fact.detail)
        )
        assert isinstance(discount, Discount)
        lowered = [lives[row.subscription_id]] if row.subscription_id else list(lives.values())
        ends = [discount_ends(discount, own_cycle(life, discount.at)) for life in lowered]
        if max(ends, default=date.max) > on:
            yield Standing(row.promotion.code, row.promotion.is_exclusive)
