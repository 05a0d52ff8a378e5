"""What a plan that nobody has yet would bill: the simulator over an invented customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from broadbill.catalog.queries.policy import current_policy
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.core.rating import simulate
from broadbill.tax.queries.rules import tax_rules

BILLS = 3
PLAN = "preview"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    description: str
    period: Period | None
    amount: Money
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewBill:
    on: date
    lines: tuple[PreviewLine, ...]
    tax: Money
    total: Money


def preview_plan(
    *,
    content: Mapping[str, Any],
    currency: Currency,
    starts: date,
    quantity: Decimal,
    usage: Decimal,
    place: Mapping[str, Any],
) -> tuple[PreviewBill, ...]:
    """The bills of a first day and of the firsts of the months after it, with the taxes and conventions in force.

    `quantity` is of the subscription; `usage` is counted on each meter of the plan in each month; `place` decides about
    taxes, as a scenario's account. Two queries.
    Raises: ScenarioError.
    """
    days = [starts]
    while len(days) <= BILLS:
        days.append(Period.month(days[-1]).ends)
    bought = {
        "do": "subscribe",
        "at": starts.isoformat(),
        "id": "S1",
        "plan": PLAN,
        "quantity": str(quantity),
    }
    result = simulate(
        {
            "currency": currency.code,
            "policy": current_policy(),
            "plans": {PLAN: dict(content)},
            "taxes": tax_rules(),
            "account": {key: value for key, value in place.items() if value},
            "events": [bought],
            "usage": [record for day in days for record in _used(content, day, usage)],
            "bill": [day.isoformat() for day in days],
        }
    )
    return tuple(_bill(document, currency) for document in result["documents"])[:BILLS]


def _used(content: Mapping[str, Any], day: date, usage: Decimal) -> list[dict[str, str]]:
    """One record of each meter at noon: counted, as a rate, as a call and as what a third party charges."""
    if not usage:
        return []
    noon = f"{day + timedelta(days=1)}T12:00:00Z"
    records = []
    for charge in content.get("charges", ()):
        if charge.get("type") == "usage":
            record = {"subscription": "S1", "meter": charge["meter"], "at": noon}
            records.append(record | _as_counted(charge["model"], str(usage)))
    return records


def _as_counted(model: Mapping[str, Any], usage: str) -> dict[str, str]:
    match model.get("type"):
        case "percentile":
            return {"in": usage, "out": usage}
        case "rate_table":
            return {"duration_seconds": usage, "to": f"{model['rates'][0]['prefix']}1"}
        case "percentage":
            return {"quantity": "1", "value": usage}
        case "time_bands":
            return _as_counted(model["otherwise"], usage)
        case _:
            return {"quantity": usage}


def _bill(document: Mapping[str, Any], currency: Currency) -> PreviewBill:
    total = currency.exact(Decimal(document["total"]))
    return PreviewBill(
        on=date.fromisoformat(document["date"]),
        lines=tuple(_line(line, currency) for line in document["lines"]),
        tax=total - currency.exact(Decimal(document["subtotal"])),
        total=total,
    )


def _line(line: Mapping[str, Any], currency: Currency) -> PreviewLine:
    days = [date.fromisoformat(line[key]) for key in ("from", "to") if line.get(key)]
    return PreviewLine(
        description=line["description"],
        period=Period(days[0], days[1]) if len(days) == 2 and days[0] < days[1] else None,
        amount=currency.exact(Decimal(line["amount"])),
        because=tuple(line["because"]),
    )
