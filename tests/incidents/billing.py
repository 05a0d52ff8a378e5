"""Short ways to state an incident as a scenario."""

from __future__ import annotations

from typing import Any

from broadbill.core.rating import simulate


def plan(amount: str, period: Any = "month", code: str = "access", **keys: Any) -> dict[str, Any]:
    """A plan of one flat recurring charge."""
    charge = {
        "code": code,
        "type": "recurring",
        "period": period,
        "model": {"type": "flat", "amount": amount},
        **keys,
    }
    return {"charges": [charge]}


def subscribe(at: str, plan: str = "a", name: str = "s1", **keys: Any) -> dict[str, Any]:
    return {"do": "subscribe", "id": name, "plan": plan, "at": at, **keys}


def billed(
    plans: dict[str, Any], events: list[dict[str, Any]], bill: list[str], **keys: Any
) -> list[dict[str, Any]]:
    """The documents of a scenario in euro."""
    scenario = {"currency": "EUR", "plans": plans, "events": events, "bill": bill, **keys}
    documents: list[dict[str, Any]] = simulate(scenario)["documents"]
    return documents


def lines(documents: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """From, to and amount of every line."""
    return [
        (line["from"], line["to"], line["amount"]) for document in documents for line in document["lines"]
    ]


def totals(documents: list[dict[str, Any]]) -> list[str]:
    return [document["total"] for document in documents]
