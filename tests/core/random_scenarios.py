"""Random scenarios: provider-like, small, and the same for the same seed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

START = date(2026, 1, 1)
AMOUNTS = ("10.00", "29.99", "30.00", "61.50", "100.00", "0.99")
ZONES = ("UTC", "Europe/Vienna", "America/Los_Angeles")


def scenario(seed: int, *, countable: bool = False) -> dict[str, Any]:
    """A scenario of some months with changes, some of them known late.

    Args: `countable` keeps to what the naive second implementation computes.
    """
    random = Random(seed)
    plans = {code: _plan(random, countable) for code in ("a", "b", "c")}
    events = _events(random, plans, countable)
    return {
        "currency": random.choice(("EUR", "EUR", "JPY", "KWD")),
        "timezone": random.choice(ZONES),
        "policy": _policy(random, countable),
        "plans": plans,
        "events": events,
        "usage": [] if countable else _usage(random),
        "bill": [],
    }


def months(count: int = 8) -> list[str]:
    """The first of each month of a scenario."""
    return [date(2026 + (m // 12), m % 12 + 1, 1).isoformat() for m in range(count)]


def days(count: int = 243) -> list[str]:
    return [(START + timedelta(days=d)).isoformat() for d in range(count)]


def _policy(random: Random, countable: bool) -> dict[str, Any]:
    anchor: dict[str, Any] = {"day": random.choice((1, 1, 15, 31, "start"))}
    if random.random() < 0.2:
        anchor["month"] = random.randint(1, 12)
    if random.random() < 0.2:
        anchor["weekday"] = random.randint(1, 7)
    return {
        "proration": random.choice(
            ("day", "second") if countable else ("day", "day", "second", "month30", "none")
        ),
        "anchor": anchor,
        "trial_anchor": random.choice(("start", "trial_end")),
        "first_period": random.choice(("prorate", "free") if countable else ("prorate", "full", "free")),
        "on_cancel": random.choice(("prorate", "none", "full")),
        "cancel_day": random.choice(("free", "charged")),
        "on_change": random.choice(
            ("prorate", "next_period") if countable else ("prorate", "next_period", "none")
        ),
        "rounding": random.choice(("half_up", "half_even", "down")),
        "corrections": random.choice(("inline", "credit_note")),
    }


def _flat(random: Random) -> dict[str, Any]:
    return {"type": "flat", "amount": random.choice(AMOUNTS)}


def _plan(random: Random, countable: bool) -> dict[str, Any]:
    charges: list[dict[str, Any]] = [_recurring(random, "access")]
    if random.random() < 0.5:
        charges.append(_recurring(random, random.choice(("tv", "phone"))))
    if random.random() < 0.3:
        charges.append(_instalments(random))
    if not countable:
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
            (
                "month",
                "month",
                "month",
                "week",
                "quarter",
                "year",
                {"every": 10, "unit": "day"},
                {"every": 2, "unit": "month"},
            )
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
        charge["price_changes"] = [
            {"from": day.isoformat(), "model": _flat(random), "for": random.choice(("everyone", "new"))}
        ]
    if random.random() < 0.2:
        charge["quantity"] = "1"
    if random.random() < 0.2:
        charge["parts"] = _parts(random)
    return charge


def _parts(random: Random) -> list[dict[str, Any]]:
    codes = ("internet", "tv", "phone", "support")[: random.randint(1, 4)]
    return [
        {"code": code, "weight": random.choice(("1", "10", "29.99", "0.5", "3.333")), "tax": tax}
        for code, tax in zip(codes, ("standard", "reduced", "standard", "exotic"), strict=False)
    ]


def _instalments(random: Random) -> dict[str, Any]:
    charge: dict[str, Any] = {
        "code": "router",
        "type": "instalments",
        "count": random.choice((1, 2, 3, 7, 24)),
        "period": random.choice(("month", "month", "week", "quarter", {"every": 10, "unit": "day"})),
        "model": _flat(random),
    }
    if random.random() < 0.3:
        charge["on_cancel"] = "stops"
    if random.random() < 0.3:
        charge["quantity"] = "1"
    if random.random() < 0.2:
        charge["parts"] = _parts(random)
    return charge


def _metered(random: Random) -> dict[str, Any]:
    model: dict[str, Any] = random.choice(
        (
            {"type": "per_unit", "unit_amount": "0.15"},
            {"type": "package", "size": "10", "amount": "1.99"},
            {
                "type": "graduated",
                "tiers": [
                    {"up_to": "20", "unit_amount": "0.30", "flat_amount": "1.00"},
                    {"up_to": None, "unit_amount": "0.10"},
                ],
            },
            {
                "type": "volume",
                "tiers": [{"up_to": "20", "unit_amount": "0.30"}, {"up_to": None, "unit_amount": "0.10"}],
            },
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


def _events(random: Random, plans: dict[str, Any], countable: bool) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for name in ("s1", "s2")[: random.choice((1, 1, 2))]:
        day = START + timedelta(days=random.randint(0, 40))
        start: dict[str, Any] = {
            "do": "subscribe",
            "id": name,
            "plan": random.choice("abc"),
            "at": day.isoformat(),
        }
        if random.random() < 0.4:
            start["quantity"] = str(random.randint(0, 4))
        if random.random() < 0.2:
            codes = sorted({charge["code"] for plan in plans.values() for charge in plan["charges"]})
            code = random.choice([code for code in codes if code in ("access", "tv", "router")])
            start["price"] = {code: _flat(random)}
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
    if not countable:
        events += _account_events(random)
    if random.random() < 0.3:
        index = random.randrange(len(events))
        day = START + timedelta(days=random.randint(60, 150))
        events.append({"do": "void", "at": day.isoformat(), "event": index})
    return events


def _account_events(random: Random) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    if random.random() < 0.3:
        events.append({"do": "discount", "name": "x", "at": START.isoformat(), "percent": "15"})
    if random.random() < 0.2:
        day = START + timedelta(days=random.randint(0, 60))
        discount = {"do": "discount", "name": "y", "at": day.isoformat(), "amount": "3", "periods": 2}
        events.append(_known(random, discount, day))
    if random.random() < 0.3:
        day = START + timedelta(days=random.randint(0, 90))
        events.append(
            _known(random, {"do": "charge", "name": "visit", "at": day.isoformat(), "amount": "25"}, day)
        )
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


def wide_scenario(seed: int) -> dict[str, Any]:
    """A scenario that also has taxes, credits, outages, fees, changed anchors and every usage model."""
    random = Random(seed)
    made = scenario(seed)
    for plan in made["plans"].values():
        plan["charges"] += [charge for charge in _wide_charges(random) if random.random() < 0.35]
    made["taxes"] = _taxes(random)
    made["policy"]["tax_rounding"] = random.choice(("document", "line"))
    made["policy"]["usage_late"] = random.choice(("next_bill", "next_bill", "drop"))
    made["account"] = random.choice(
        (
            {},
            {"region": "QC", "country": "CA"},
            {"exempt": ["VAT"]},
            {"reverse_charge": True},
            {"credit_balance": "7"},
        )
    )
    voids = [event for event in made["events"] if event["do"] == "void"]
    made["events"] = [event for event in made["events"] if event["do"] != "void"]
    names = [event["id"] for event in made["events"] if event["do"] == "subscribe"]
    starts = {event["id"]: event["at"] for event in made["events"] if event["do"] == "subscribe"}
    for event in made["events"]:
        if event["do"] == "subscribe" and random.random() < 0.5:
            event["term_months"] = random.choice((3, 12))
    for _ in range(random.randint(0, 5)):
        name = random.choice(names)
        day = max(START + timedelta(days=random.randint(0, 150)), date.fromisoformat(starts[name]))
        made["events"].append(_known(random, {**_wide_event(random, name, day), "at": day.isoformat()}, day))
    made["events"] += voids
    for _ in range(random.randint(0, 15)):
        made["usage"].append(_wide_usage(random))
    return made


def _taxes(random: Random) -> list[dict[str, Any]]:
    point = {"tax_point": "period_start"} if random.random() < 0.3 else {}
    vat = {"name": "VAT", "category": "standard", "inclusive": random.random() < 0.4, **point}
    return random.choice(
        (
            [],
            [{**vat, "rate": "19", "to": "2026-03-01"}, {**vat, "rate": "20", "from": "2026-03-01"}],
            [
                {**vat, "rate": "5"},
                {"name": "City", "category": "standard", "rate": "9.975", "region": "QC", "on": ["VAT"]},
            ],
            [{**vat, "rate": "10", "fixed_per_line": "1"}],
        )
    )


def _wide_charges(random: Random) -> list[dict[str, Any]]:
    calls = {
        "type": "rate_table",
        "rates": [
            {"prefix": "43", "unit_amount": "0.12", "connect": "0.05"},
            {"prefix": "4", "unit_amount": "0.30"},
        ],
        "increment": {"first": 30, "next": 6},
    }
    bands = {
        "type": "time_bands",
        "bands": [
            {
                "days": ["mon", "sat"],
                "from": "20:00",
                "to": "06:00",
                "model": {"type": "per_unit", "unit_amount": "0.01"},
            }
        ],
        "otherwise": {"type": "per_unit", "unit_amount": "0.05"},
        "split": random.random() < 0.5,
    }
    usage = {"type": "usage", "period": random.choice(("month", "week", "quarter"))}
    return [
        {
            **usage,
            "code": "voice",
            "meter": "voice",
            "model": {**calls, "included": "60"} if random.random() < 0.5 else calls,
        },
        {**usage, "code": "hours", "meter": "voice", "model": bands},
        {
            **usage,
            "code": "mbps",
            "meter": "mbps",
            "model": {"type": "percentile", "commit": "2", "unit_amount": "1.5"},
        },
        {
            **usage,
            "code": "peak",
            "meter": "data_gb",
            "model": {"type": "per_unit", "unit_amount": "1", "aggregate": "max"},
        },
        {
            **usage,
            "code": "disk",
            "meter": "data_gb",
            "model": {
                "type": "per_unit",
                "unit_amount": "0.5",
                "aggregate": "time_weighted",
                "cap_amount": "4",
            },
        },
        {
            **usage,
            "code": "premium",
            "meter": "premium",
            "model": {"type": "percentage", "rate": "15", "free_units": 1},
        },
        {"code": "etf", "type": "termination_fee", "fee": {"type": "remaining_periods", "percent": "50"}},
        {
            "code": "rent",
            "type": "recurring",
            "period": "month",
            "model": {"type": "per_unit", "unit_amount": "3.33"},
            "indexation": {"every_months": 2, "percent": "2"},
            "show_zero": True,
            "free_periods": 1,
        },
    ]


def _wide_event(random: Random, name: str, day: date) -> dict[str, Any]:  # noqa: PLR0911
    hours = timedelta(days=random.randint(0, 5), hours=random.randint(1, 30))
    ends = f"{(day + hours).isoformat()}T{random.randint(1, 23):02d}:00:00Z"
    outage = {"do": "outage", "id": name, "from": f"{day.isoformat()}T00:00:00Z", "to": ends}
    match random.randrange(7):
        case 0:
            return {
                **outage,
                "credit": {"per": random.choice(("hour", "day")), "of": ["access"], "multiple": "3"},
            }
        case 1:
            return {
                **outage,
                "credit": {"steps": [{"from_minutes": 60, "percent": "20"}], "of": ["access", "tv"]},
            }
        case 2:
            return {
                "do": "credit",
                "name": "sorry",
                "amount": "12",
                **({"tax": "standard"} if random.random() < 0.5 else {}),
            }
        case 3:
            return {
                "do": "credit",
                "name": "line",
                "amount": "9",
                "id": name,
                "charge": "access",
                "period": day.isoformat(),
            }
        case 4:
            return {"do": "change_anchor", "id": name, "day": random.choice((1, 10, 31, "start"))}
        case 5:
            return {"do": "payment", "amount": "40"}
        case _:
            return {"do": "charge", "name": "credit", "amount": "-8"}


def _wide_usage(random: Random) -> dict[str, Any]:
    day = START + timedelta(days=random.randint(0, 180))
    record: dict[str, Any] = {
        "subscription": random.choice(("s1", "s2")),
        "meter": random.choice(("voice", "mbps", "premium", "data_gb")),
        "at": f"{day.isoformat()}T{random.randint(0, 23):02d}:59:00Z",
        "quantity": str(random.randint(0, 90)),
    }
    if record["meter"] == "voice":
        record |= {"duration_seconds": str(random.randint(0, 4000)), "to": random.choice(("431", "49", "1"))}
    if record["meter"] == "mbps":
        record |= {"in": str(random.randint(0, 9)), "out": str(random.randint(0, 9))}
    if record["meter"] == "premium":
        record["value"] = str(random.randint(1, 50))
    return record
