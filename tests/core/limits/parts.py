"""The words of refusals that many places share, and parts of scenarios that many refusals are about."""

from __future__ import annotations

from typing import Any

from tests.core.small_scenarios import PER_GB

CHARGE = "plans.a.charges[0]"
MODEL = f"{CHARGE}.model"
NUMBER = 'must be a decimal string such as "12.50"'
ZONE = 'must be an IANA timezone such as "Europe/Vienna"'
CYCLE = 'must be day, week, month, quarter, year or {"every": n, "unit": ...}'
DAY = 'must be a date such as "2026-02-28"'
INSTANT = 'must be an instant such as "2026-02-28T23:59:00Z"'
TEXT = "must be a text that is not empty"
FLAG = "must be true or false"
UNKNOWN = "is not a known key"
COMMITMENT = {"code": "c", "type": "commitment", "period": "month", "amount": "50"}
FEE = {"code": "f", "type": "termination_fee"}
OUTAGE = {"do": "outage", "from": "2026-01-10T00:00:00Z", "to": "2026-01-11T00:00:00Z"}
OF = {"of": ["access"]}
CREDIT = "events[1].credit"


def tiers(*found: dict[str, Any], kind: str = "graduated") -> dict[str, Any]:
    return {"type": kind, "tiers": list(found)}


def bands(*found: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"type": "time_bands", "bands": list(found), "otherwise": PER_GB, **keys}


def rates(*found: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"type": "rate_table", "rates": list(found), **keys}


def steps(*seconds: str) -> dict[str, Any]:
    return rates({"prefix": "43", "steps": [{"from_seconds": s, "unit_amount": "0.10"} for s in seconds]})


def percentile(**keys: Any) -> dict[str, Any]:
    return {"type": "percentile", "p": "95", "commit": "10", "unit_amount": "5", **keys}


def percentage(**keys: Any) -> dict[str, Any]:
    return {"type": "percentage", "rate": "5", **keys}


def without(made: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in made.items() if name != key}
