from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class PromotionNotForPlan(DomainError):
    """A promotion that is for other plans."""

    code = "contracts.promotion_not_for_plan"
    message = "Promotion {promotion} is not for {plan}."
    promotion: str
    plan: str


@dataclass(kw_only=True, eq=False)
class PromotionNeedsSubscription(DomainError):
    """A promotion for certain plans is taken for one subscription, not for the whole account."""

    code = "contracts.promotion_needs_subscription"
    message = "Promotion {promotion} is for certain plans. Say for which subscription it is taken."
    promotion: str


@dataclass(kw_only=True, eq=False)
class PromotionForNewCustomers(DomainError):
    """A promotion that only a new customer may take."""

    code = "contracts.promotion_for_new_customers"
    message = "Promotion {promotion} is for new customers; {account} has been one since {since}."
    promotion: str
    account: str
    since: str


@dataclass(kw_only=True, eq=False)
class PromotionInOtherCurrency(DomainError):
    """A promotion of amounts is for accounts billed in its currency."""

    code = "contracts.promotion_in_other_currency"
    message = "Promotion {promotion} is in {currency}, {account} is billed in {account_currency}."
    promotion: str
    currency: str
    account: str
    account_currency: str


@dataclass(kw_only=True, eq=False)
class AlreadyTaken(DomainError):
    """An account takes a promotion no more often than its limit says."""

    code = "contracts.already_taken"
    message = "{account} has taken promotion {promotion} as often as one account may."
    promotion: str
    account: str


@dataclass(kw_only=True, eq=False)
class StandsAlone(DomainError):
    """An exclusive promotion stands beside no other."""

    code = "contracts.stands_alone"
    message = "Promotion {promotion} cannot be taken beside {other}, which still runs."
    promotion: str
    other: str


@dataclass(kw_only=True, eq=False)
class RedemptionUnknown(DomainError):
    """The account has no such coupon to take back."""

    code = "contracts.redemption_unknown"
    message = "{account} has not redeemed coupon {coupon}, or it was taken back already."
    account: str
    coupon: str


@dataclass(kw_only=True, eq=False)
class UseGivenBack(DomainError):
    """A discount whose use somebody else may have by now is not restored by a void of its void."""

    code = "contracts.use_given_back"
    message = "The coupon's use was given back. Redeem the coupon again instead."


@dataclass(kw_only=True, eq=False)
class AccountRefersItself(DomainError):
    """Nobody is their own new customer."""

    code = "contracts.account_refers_itself"
    message = "{account} cannot refer itself."
    account: str


@dataclass(kw_only=True, eq=False)
class AlreadyReferred(DomainError):
    """An account was brought by one other, once."""

    code = "contracts.already_referred"
    message = "{account} was referred by {referrer} already."
    account: str
    referrer: str


@dataclass(kw_only=True, eq=False)
class ReferredCameFirst(DomainError):
    """Who was a customer before cannot have been brought."""

    code = "contracts.referred_came_first"
    message = "{account} was a customer before {referrer}, and cannot have been brought by them."
    account: str
    referrer: str
