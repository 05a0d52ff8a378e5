"""Every pricing model as a charge, with what is used of it in a month."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from broadbill.core.rating import UsageRecord

FIRST_DAY = date(2026, 1, 1)
MONTH_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
MONTH_SECONDS = 31 * 86400
# As many five-minute samples as a month of 31 days has.
SAMPLES = 8928

Json = dict[str, Any]
Used = Callable[[random.Random], Sequence[UsageRecord]]


@dataclass(frozen=True)
class Case:
    """A pricing model as a charge, the facts beside `subscribe`, and what is used of it in a month."""

    name: str
    charges: tuple[Json, ...]
    used: Used = lambda _: ()
    events: tuple[Json, ...] = ()
    # How many accounts are made at a time: fewer where one has very much usage.
    accounts: int = 200


def record(key: int, seconds: float, **values: Any) -> UsageRecord:
    at = MONTH_BEGINS + timedelta(seconds=int(seconds))
    day = at.date()
    return UsageRecord(
        key=key, subscription="1", meter="meter", at=at, day=day, recorded=day, **{"quantity": None, **values}
    )


def days(chance: random.Random) -> list[UsageRecord]:
    """A sum for each day, as the daily roll-ups give it."""
    return [record(day, day * 86400, quantity=Decimal(chance.randrange(10**6)) / 1000) for day in range(31)]


def some_calls(chance: random.Random) -> list[UsageRecord]:
    return [
        record(place, place * MONTH_SECONDS / 100, quantity=Decimal(chance.randrange(1, 900)), value=Decimal("1.25"),
                duration=Decimal(chance.randrange(1, 900)), to=f"{chance.choice((43, 49, 1))}5551234")
        for place in range(100)
    ]  # fmt: skip


def samples(chance: random.Random) -> list[UsageRecord]:
    def mbps() -> Decimal:
        return Decimal(chance.randrange(10**5)) / 100

    return [record(place, place * 300, inward=mbps(), outward=mbps()) for place in range(SAMPLES)]


def recurring(model: Json, **keys: Any) -> Json:
    return {"code": "access", "type": "recurring", "period": "month", "model": model, **keys}


def usage(model: Json, **keys: Any) -> Json:
    return {"code": "usage", "type": "usage", "meter": "meter", "period": "month", "model": model, **keys}


FLAT = {"type": "flat", "amount": "29.90"}
PER_UNIT = {"type": "per_unit", "unit_amount": "0.10"}
PACKAGE = {"type": "package", "size": "100", "amount": "4.50"}
TIERS = [{"up_to": "1000", "unit_amount": "0.10", "flat_amount": "5"}, {"up_to": "5000", "unit_amount": "0.08"},
         {"up_to": None, "unit_amount": "0.05"}]  # fmt: skip
STEPS = [{"up_to": "1000", "amount": "10"}, {"up_to": None, "amount": "25"}]
PERCENTILE = {"type": "percentile", "commit": "100", "unit_amount": "2.00", "overage_amount": "3.00"}
RATES = [{"prefix": prefix, "unit_amount": "0.12", "connect": "0.05"} for prefix in ("43", "49", "1")]
CALLS = {"type": "rate_table", "rates": RATES, "increment": {"first": 30, "next": 6}}
BANDS = {"type": "time_bands", "otherwise": PER_UNIT,
         "bands": [{"days": ["sat", "sun"], "model": {"type": "per_unit", "unit_amount": "0.01"}}]}  # fmt: skip
QUANTITIES = {
    "flat": FLAT,
    "per_unit": PER_UNIT,
    "package": PACKAGE,
    "graduated": {"type": "graduated", "tiers": TIERS},
    "volume": {"type": "volume", "tiers": TIERS},
    "stairstep": {"type": "stairstep", "tiers": STEPS},
}
OF_USAGE: dict[str, tuple[Json, Used]] = {
    **{f"{name}, sums of days": (model, days) for name, model in QUANTITIES.items()},
    "allowance that rolls over": ({**PER_UNIT, "included": "500", "rollover": {"periods": 2}}, days),
    "largest record": ({**PER_UNIT, "aggregate": "max"}, days),
    "time-weighted levels": ({**PER_UNIT, "aggregate": "time_weighted"}, days),
    "percentage, 100 records": ({"type": "percentage", "rate": "15", "fixed": "0.05"}, some_calls),
    "time bands, 100 calls": (BANDS, some_calls),
    "calls, 100": (CALLS, some_calls),
    "calls with allowance, 100": ({**CALLS, "included": "6000"}, some_calls),
}
DISCOUNT = {"do": "discount", "name": "Loyal", "at": FIRST_DAY.isoformat(), "percent": "10"}
OUTAGE = {"do": "outage", "at": "2026-01-10", "from": "2026-01-10T00:00:00Z", "to": "2026-01-11T12:00:00Z",
          "credit": {"per": "hour", "of": ["access"]}}  # fmt: skip
CANCEL = {"do": "cancel", "id": "1", "at": "2026-01-20"}
OFTEN_CHANGING = recurring(FLAT, phases=[{"periods": 1, "model": PER_UNIT}], indexation={"percent": "3"})
SETUP = {"code": "setup", "type": "one_off", "model": FLAT}
DEPOSIT = {"code": "deposit", "type": "deposit", "amount": "50"}
LEAST = {"code": "least", "type": "commitment", "period": "month", "amount": "100"}
FEE = {"code": "leaving", "type": "termination_fee", "fee": {"type": "remaining_periods", "percent": "50"}}
CASES: tuple[Case, ...] = (
    *(Case(f"{name}, recurring", (recurring(model),)) for name, model in QUANTITIES.items()),
    *(Case(name, (usage(model),), used) for name, (model, used) in OF_USAGE.items()),
    Case(f"percentile, {SAMPLES:,} samples", (usage(PERCENTILE),), samples, accounts=5),
    Case("introductory price, indexation", (OFTEN_CHANGING,)),
    Case("one-off and deposit", (SETUP, DEPOSIT)),
    Case("commitment", (recurring(FLAT, quantity="1"), LEAST)),
    Case("termination fee", (recurring(FLAT), FEE), events=(CANCEL,)),
    Case("discount", (recurring(FLAT),), events=(DISCOUNT,)),
    Case("outage credit", (recurring(FLAT),), events=(OUTAGE,)),
)
