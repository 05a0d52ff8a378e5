from __future__ import annotations

from typing import Any

from broadbill.tax.models import Rate


def tax_rules() -> list[dict[str, Any]]:
    """Every tax rate in the scenario contract's shape, in order. One query."""
    return [_rule(rate) for rate in Rate.objects.order_by("position", "id")]


def _rule(rate: Rate) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "name": rate.name,
        "category": rate.category_id,
        "rate": format(rate.percent.normalize(), "f"),
    }
    if rate.inclusive:
        rule["inclusive"] = True
    if rate.valid.lower:
        rule["from"] = rate.valid.lower.isoformat()
    if rate.valid.upper:
        rule["to"] = rate.valid.upper.isoformat()
    if rate.region:
        rule["region"] = rate.region
    if rate.on_taxes:
        rule["on"] = list(rate.on_taxes)
    if rate.fixed_per_line is not None:
        rule["fixed_per_line"] = format(rate.fixed_per_line.normalize(), "f")
    if rate.tax_point:
        rule["tax_point"] = rate.tax_point
    return rule
