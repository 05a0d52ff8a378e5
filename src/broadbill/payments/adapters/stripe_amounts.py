"""Amounts as Stripe counts them: in minor units, with exceptions of its own.

Source: Stripe docs, "Currencies", "Zero-decimal currencies", "Three-decimal currencies", "Special cases".
"""

from __future__ import annotations

from typing import Final

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.gateway import GatewayRefused

# Without decimals in ISO 4217, with two at Stripe.
COUNTED_BY_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
# With two decimals in ISO 4217, without any at Stripe.
COUNTED_WHOLE: Final = frozenset({"MGA"})


def to_stripe(amount: Money) -> int:
    """The number Stripe is told. Raises: GatewayRefused for an amount that it cannot express."""
    code, minor = amount.currency.code, amount.minor
    if code in COUNTED_BY_HUNDREDTHS:
        return minor * 100
    if code in COUNTED_WHOLE:
        if minor % 100:
            raise GatewayRefused(gateway="stripe", reason=f"it charges whole {code} only, not {amount}")
        return minor // 100
    if amount.currency.digits == 3 and minor % 10:
        raise GatewayRefused(gateway="stripe", reason=f"the third decimal of {amount} {code} must be 0 there")
    return minor


def from_stripe(number: int, currency: str) -> Money:
    """The amount that Stripe means."""
    of = Currency.of(currency.upper())
    if of.code in COUNTED_BY_HUNDREDTHS:
        return Money(number // 100, of)
    return Money(number * 100 if of.code in COUNTED_WHOLE else number, of)
