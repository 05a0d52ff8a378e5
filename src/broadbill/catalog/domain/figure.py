"""Prices that are one figure: a flat amount, or an amount for each unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from broadbill.core.rating.models import model_name
from broadbill.core.rating.reading import Fields

FIGURES = {"flat": "amount", "per_unit": "unit_amount"}


def figure_of(model: Mapping[str, Any]) -> str | None:
    """The key that holds the price where it is one figure."""
    return FIGURES.get(model_name(Fields(model, "model"))) if model else None


def with_figure(model: Mapping[str, Any], amount: Decimal) -> dict[str, Any] | None:
    """The pricing model at another amount; None where it is not one figure."""
    figure = figure_of(model)
    return None if figure is None else {**model, figure: str(amount)}
