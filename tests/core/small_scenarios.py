"""Small scenarios, each about one thing: a customer from January 2026 who pays 30.00 a month, and a change."""

from __future__ import annotations

from typing import Any

FLAT = {"type": "flat", "amount": "30.00"}
PER_GB = {"type": "per_unit", "unit_amount": "1.00"}


def scenario(*charges: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A subscription `s1` to a plan `a` of these charges, billed on 1 January, February and March."""
    return {
        "currency": "EUR",
        "plans": {"a": {"name": "Fiber", "charges": list(charges) or [charge()]}},
        "events": [subscribe()],
        "bill": ["2026-01-01", "2026-02-01", "2026-03-01"],
        **parts,
    }


def charge(**changes: Any) -> dict[str, Any]:
    """30.00 a month in advance."""
    return {"code": "access", "type": "recurring", "period": "month", "model": FLAT, **changes}


def metered(model: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Usage at 1.00 a GB, or at the model."""
    model = model or PER_GB
    return {"code": "data", "type": "usage", "meter": "gb", "period": "month", "model": model, **changes}


def subscribe(**changes: Any) -> dict[str, Any]:
    return {"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-01", **changes}


def after(*events: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """What happened after subscribing, on 15 January where it does not say."""
    return scenario(events=[subscribe(), *({"at": "2026-01-15", **event} for event in events)], **parts)


def record(**changes: Any) -> dict[str, Any]:
    """10 GB on 10 January; None leaves a key out."""
    made = {"subscription": "s1", "meter": "gb", "at": "2026-01-10T12:00:00Z", "quantity": "10", **changes}
    return {key: value for key, value in made.items() if value is not None}


def used(model: dict[str, Any], *records: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A usage charge with this model, and what was recorded."""
    return scenario(metered(model), usage=[record(**item) for item in records], **parts)


def tax(**changes: Any) -> dict[str, Any]:
    return {"name": "VAT", "category": "standard", "rate": "20", **changes}
