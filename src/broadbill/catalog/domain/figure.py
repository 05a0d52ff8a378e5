"""Prices that are one figure, such as a flat amount or an amount for each unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from broadbill.core.rating.registry import figure_key


def figure_of(model: Mapping[str, Any]) -> Decimal | None:
    """The figure that is the whole price; None where there is no such figure."""
    figure = figure_key(model)
    return None if figure is None else Decimal(model[figure])


def with_figure(model: Mapping[str, Any], amount: Decimal) -> dict[str, Any] | None:
    """The pricing model at another amount; None where it is not one figure."""
    figure = figure_key(model)
    return None if figure is None else {**model, figure: str(amount)}
