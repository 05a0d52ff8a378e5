"""Prices as they are typed on the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from broadbill.catalog.domain.figure import with_figure
from broadbill.core.errors import DomainError
from broadbill.core.rating.registry import figure_key


@dataclass(kw_only=True, eq=False)
class PriceIsInvalid(DomainError):
    """A price or its date that cannot be understood."""

    code = "cli.price_is_invalid"
    message = "{reason}."
    reason: str


def amount_of(text: str) -> Decimal:
    """Raises: PriceIsInvalid."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise PriceIsInvalid(reason=f"{text!r} is not an amount such as 29.90")
    return amount


def charge_price(text: str) -> tuple[str, Decimal]:
    """`access=29.90` as the charge's code and the amount. Raises: PriceIsInvalid."""
    charge, separator, amount = text.partition("=")
    if not charge or not separator:
        raise PriceIsInvalid(reason=f"say CHARGE=AMOUNT such as access=29.90, not {text!r}")
    return charge, amount_of(amount)


def repriced(model: Mapping[str, Any], amount: str) -> dict[str, Any]:
    """The pricing model at another figure. Raises: PriceIsInvalid where it is more than one figure."""
    found = with_figure(model, amount_of(amount))
    if found is None:
        raise PriceIsInvalid(reason=f"the price is {price_text(model)}, not one figure")
    return found


def price_text(model: Mapping[str, Any]) -> str:
    """A pricing model in short: its figure, or the whole of it as JSON."""
    figure = figure_key(model)
    if figure:
        return f"{model[figure]}{' a unit' if figure == 'unit_amount' else ''}"
    return json.dumps(dict(model), ensure_ascii=False) if model else "no price"
