"""Random scenarios: provider-like, small, and the same for the same seed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

START = date(2026, 1, 1)
AMOUNTS = ("10.00", "29.99", "30.00", "61.50", "100.00", "0.99")
ZONES = ("UTC", "Europe/Vienna", "America/Los_Angeles")


def scenario(seed: int, *, only_recurring: bool = False) -> dict[str, Any]:
    """A scenario of some months with changes, some of them known late.

    Args: `only_recurring` keeps to what the naive second implementation computes.
    """
    random = Random(seed)
    plans = {code: _plan(random, only_recurring) for code in ("a", "b", "c")}
    events = _events(random, plans, only_recurring)
    return {
        "currency": random.choice(("EUR", "EUR", "JPY", "KWD")),
        "timezone": random.choice(ZONES),
        "policy": _policy(random, only_recurring),
        "plans": plans,
        "events": events,
        "usage": [] if only_recurring else _usage(random),
        "bill": [],
    }


def months(count: int = 8) -> list[str]:
    """The first of each month of a scenario."""
    return [date(2026 + (m // 12), m % 12 + 1, 1).isoformat() for m in range(count)]


def days(count: int = 243) -> list[str]:
    return [(START + timedelta(days=d)).isoformat() for d in range(count)]


def _policy(random: Random, only_recurring: bool) -> dict[str, Any]:
    anchor: dict[str, Any] = {"day": random.choice((1, 1, 15, 31, "start"))}
    if random.random() < 0.2:
        anchor["month"] = random.randint(1, 12)
    if random.random() < 0.2:
        anchor["weekday"] = random.randint(1, 7)
    return {
        "proration": random.choice(("day", "second") if only_recurring else ("day", "day", "second", "month30", "none")),
        "anchor": anchor,
        "trial_anchor": random.choice(("start", "trial_end")),
        "first_period": random.choice(("prorate", "free") if only_recurring else ("prorate", "full", "free")),
        "on_cancel": random.choice(("prorate", "none", "full")),
        "cancel_day": random.choice(("free", "charged")),
        "on_change": random.choice(("prorate", "next_period") if only_recurring else ("prorate", "next_period", "none")),
        "rounding": random.choice(("half_up", "half_even", "down")),
        "corrections": random.choice(("inline", "credit_note")),
    }


def _flat(random: Random) -> dict[str, Any]:
    return {"type": "flat", "amount": random.choice(AMOUNTS)}


def _plan(random: Random, only_recurring: bool) -> dict[str, Any]:
    charges: list[dict[str, Any]] = [_recurring(random, "access")]
    if random.random() < 0.5:
        charges.append(_recurring(random, random.choice(("tv", "phone"))))
    if not only_recurring:
        if random.random() < 0.4:
            charges.append({"code": "setup", "type": "one_off", "model": _flat(random)})
        if random.random() < 0.5:
            charges.append(_metered(random))
        if random.random() < 0.2:
            charges.append({"code": "min", "type": "commitment", "period": "month", "model": _flat(random)})
        if random.random() < 0.2:
            charges.append({"code": "dep", "type": "deposit", "model": _flat(random)})
    return {"charges": charges}


def _recurring(random: Random, code: str) -> dict[str, Any]:
    charge: dict[str, Any] = {
        "code": code,
        "type": "recurring",
        "period": random.choice(
            ("month", "month", "month", "week", "quarter", "year", {"every": 10, "unit": "day"}, {"every": 2, "unit": "month"})
        ),
        "model": _flat(random),
        "timing": random.choice(("advance", "advance", "arrears")),
    }
    if random.random() < 0.2:
        charge["trial_days"] = random.choice((7, 14, 30))
    if random.random() < 0.15:
        charge["free_periods"] = random.choice((1, 2))
    if random.random() < 0.2:
        charge["phases"] = [{"periods": random.choice((1, 2)), "model": _flat(random)}]
    if random.random() < 0.2:
        day = START + timedelta(days=random.randint(10, 150))
        charge["price_changes"] = [{"from": day.isoformat(), "model": _flat(random)}]
    if random.random() < 0.2:
        charge["quantity"] = "1"
    return charge


def _metered(random: Random) -> dict[str, Any]:
    model: dict[str, Any] = random.choice(
        (
            {"type": "per_unit", "unit_amount": "0.15"},
            {"type": "package", "size": "10", "amount": "1.99"},
            {
                "type": "graduated",
                "tiers": [{"up_to": "20", "unit_amount": "0.30", "flat_amount": "1.00"}, {"up_to": None, "unit_amount": "0.10"}],
            },
            {"type": "volume", "tiers": [{"up_to": "20", "unit_amount": "0.30"}, {"up_to": None, "unit_amount": "0.10"}]},
        )
    ).copy()
    if random.random() < 0.4:
        model["included"] = "15"
        if random.random() < 0.5:
            model["rollover"] = {"periods": random.choice((1, 2))}
        elif random.random() < 0.5:
            model["pool"] = "family"
    if random.random() < 0.2:
        model["min_amount"] = "2.00"
    return {"code": "data", "type": "usage", "meter": "data_gb", "period": "month", "model": model}


def _events(random: Random, plans: dict[str, Any], only_recurring: bool) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for name in ("s1", "s2")[: random.choice((1, 1, 2))]:
        day = START + timedelta(days=random.randint(0, 40))
        start: dict[str, Any] = {"do": "subscribe", "id": name, "plan": random.choice("abc"), "at": day.isoformat()}
        if random.random() < 0.4:
            start["quantity"] = str(random.randint(0, 4))
        if random.random() < 0.2:
            start["price"] = {"access": _flat(random)}
        events.append(_known(random, start, day))
        for _ in range(random.randint(0, 5)):
            day += timedelta(days=random.randint(0, 30))
            events.append(_known(random, {**_change(random, plans), "id": name, "at": day.isoformat()}, day))
        if random.random() < 0.4:
            day += timedelta(days=random.randint(0, 30))
            cancel = {"do": "cancel", "id": name, "at": day.isoformat()}
            if random.random() < 0.3:
                cancel["when"] = "period_end"
            events.append(_known(random, cancel, day))
    if not only_recurring:
        if random.random() < 0.3:
            events.append({"do": "discount", "name": "x", "at": START.isoformat(), "percent": "15"})
        if random.random() < 0.2:
            day = START + timedelta(days=random.randint(0, 60))
            discount = {"do": "discount", "name": "y", "at": day.isoformat(), "amount": "3", "periods": 2}
            events.append(_known(random, discount, day))
        if random.random() < 0.3:
            day = START + timedelta(days=random.randint(0, 90))
            events.append(_known(random, {"do": "charge", "name": "visit", "at": day.isoformat(), "amount": "25"}, day))
    if random.random() < 0.3:
        index = random.randrange(len(events))
        day = START + timedelta(days=random.randint(60, 150))
        events.append({"do": "void", "at": day.isoformat(), "event": index})
    return events


def _change(random: Random, plans: dict[str, Any]) -> dict[str, Any]:
    match random.randrange(6):
        case 0:
            change: dict[str, Any] = {"do": "change_plan", "plan": random.choice(list(plans))}
            if random.random() < 0.3:
                change["when"] = "period_end"
            return change
        case 1:
            return {"do": "change_quantity", "quantity": str(random.randint(0, 4))}
        case 2:
            return {"do": "change_price", "charge": "access", "model": _flat(random)}
        case 3 | 4:
            return {"do": "suspend"}
        case _:
            return {"do": "resume"}


def _known(random: Random, event: dict[str, Any], day: date) -> dict[str, Any]:
    """Sometimes a fact is known only weeks later, sometimes weeks before."""
    chance = random.random()
    if chance < 0.25:
        event["recorded"] = (day + timedelta(days=random.randint(1, 60))).isoformat()
    elif chance < 0.35:
        event["recorded"] = max(day - timedelta(days=random.randint(1, 20)), START).isoformat()
    return event


def _usage(random: Random) -> list[dict[str, Any]]:
    found = []
    for _ in range(random.randint(0, 12)):
        day = START + timedelta(days=random.randint(0, 180))
        record = {
            "subscription": random.choice(("s1", "s1", "s2")),
            "meter": "data_gb",
            "at": f"{day.isoformat()}T{random.randint(0, 23):02d}:30:00Z",
            "quantity": str(random.randint(1, 25)),
        }
        if random.random() < 0.2:
            record["recorded"] = (day + timedelta(days=random.randint(2, 40))).isoformat()
        found.append(record)
    return found
