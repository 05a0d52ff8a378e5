"""The plans a map brings along, in the shape the catalog keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from broadbill.core.money import CURRENCIES
from broadbill.core.rating import Rulebook, ScenarioError
from broadbill.core.rating.registry import figure_key
from broadbill.imports.domain.keys import Keys, as_text, refuse


@dataclass(frozen=True, slots=True)
class PlanContent:
    """`content` is a plan of the scenario contract; `currency` None is the provider's own."""

    code: str
    currency: str | None
    content: Mapping[str, Any]


def parse_plans(raw: object, path: str) -> tuple[PlanContent, ...]:
    """Raises: MapRefused."""
    return tuple(_plan(code, plan, f"{path}.{code}") for code, plan in Keys(raw, path).rest().items())


def _plan(code: str, raw: object, path: str) -> PlanContent:
    if not code.strip():
        refuse(path, "must have a code that is not empty")
    keys = Keys(raw, path)
    currency = as_text(keys.take("currency"), keys.at("currency")) if "currency" in keys else None
    if currency is not None and currency not in CURRENCIES:
        refuse(keys.at("currency"), f"must be an ISO 4217 currency code such as EUR, not {currency!r}")
    content = {"name": as_text(keys.need("name"), keys.at("name")), **_as_json(keys.rest())}
    try:
        Rulebook.parse({"plans": {code: content}})
    except ScenarioError as error:
        refuse(error.path, error.reason)
    return PlanContent(code, currency, content)


def _as_json(raw: Any) -> Any:
    """TOML values as the JSON the catalog keeps: decimals and dates as texts."""
    if isinstance(raw, Mapping):
        return {key: _as_json(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_as_json(value) for value in raw]
    if isinstance(raw, Decimal):
        return str(raw)
    return raw.isoformat() if isinstance(raw, date) else raw


def price_model(model: str, amount: Decimal) -> dict[str, str] | None:
    """An agreed price in the model of the charge it stands for; None where that is not priced by one figure."""
    key = figure_key({"type": model})
    return None if key is None else {"type": model, key: f"{abs(amount):f}"}
