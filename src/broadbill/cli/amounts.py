"""Amounts and percentages as they are typed after a command."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from broadbill.core.errors import DomainError

if TYPE_CHECKING:
    from broadbill.core.money import Currency, Money


@dataclass(kw_only=True, eq=False)
class AmountIsInvalid(DomainError):
    """An amount that the currency has no coins for, or none at all."""

    code = "cli.amount_is_invalid"
    message = "{amount!r} is not an amount of {currency} such as {example}."
    amount: str
    currency: str
    example: str


@dataclass(kw_only=True, eq=False)
class PercentIsInvalid(DomainError):
    """A rate that is no percentage."""

    code = "cli.percent_is_invalid"
    message = "{percent!r} is not a percentage such as 17 or 8.5."
    percent: str


def amount_in(text: str, currency: Currency) -> Money:
    """Raises: AmountIsInvalid."""
    try:
        return currency.exact(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        example = str(currency.exact(Decimal(45)))
        raise AmountIsInvalid(amount=text, currency=currency.code, example=example) from None


def percentage_in(text: str) -> Decimal:
    """Raises: PercentIsInvalid."""
    try:
        percent = Decimal(text)
    except InvalidOperation:
        raise PercentIsInvalid(percent=text) from None
    if not percent.is_finite() or not 0 <= percent < 1000:
        raise PercentIsInvalid(percent=text)
    return percent
