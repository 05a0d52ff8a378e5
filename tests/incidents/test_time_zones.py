"""Days that others took from another zone, or from the offset that held when the customer was made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.incidents.billing import billed, lines, plan, subscribe, totals

START = {"anchor": {"day": "start"}}


def metered(period: str = "month") -> dict[str, Any]:
    charge = {"code": "u", "type": "usage", "meter": "m", "period": period}
    return {"charges": [{**charge, "model": {"type": "per_unit", "unit_amount": "1.00"}}]}


def record(at: str, quantity: str, subscription: str = "s1") -> dict[str, Any]:
    return {"subscription": subscription, "meter": "m", "at": at, "quantity": quantity}


def test_killbill_1966_a_recurring_and_a_usage_line_start_on_the_same_local_day() -> None:
    """03:00 UTC of 1 February is 19:00 of 31 January in Los Angeles: both from the 31st, not one from the 1st."""
    charges = [*plan("30.00")["charges"], *metered()["charges"]]

    documents = billed(
        {"a": {"charges": charges}},
        [subscribe("2024-02-01T03:00:00Z")],
        ["2024-02-29"],
        policy=START,
        timezone="America/Los_Angeles",
        usage=[record("2024-02-01T03:30:00Z", "2")],
    )

    assert lines(documents) == [
        ("2024-01-31", "2024-02-29", "30.00"),
        ("2024-02-29", "2024-03-31", "30.00"),
        ("2024-01-31", "2024-02-29", "2.00"),
    ]


def test_killbill_743_a_trial_over_the_change_of_the_clocks_ends_on_its_day() -> None:
    """Made at 23:30 of 1 March in Los Angeles; clocks change on the 8th; 30 days later is the 31st, not 1 April."""
    documents = billed(
        {"a": plan("30.00", trial_days=30)},
        [subscribe("2026-03-02T07:30:00Z")],
        ["2026-03-31", "2026-04-30"],
        policy={**START, "trial_anchor": "trial_end"},
        timezone="America/Los_Angeles",
    )

    assert lines(documents) == [("2026-03-31", "2026-04-30", "30.00"), ("2026-04-30", "2026-05-31", "30.00")]


def test_invoiceninja_12158_a_quarter_ends_at_local_midnight_on_either_side_of_the_change() -> None:
    """New York, 5 August (UTC−4) to 5 November (UTC−5): 04:59:59Z is still the 4th, 05:00:00Z is the 5th.

    Billing has dates, no hours: a letter goes out when the run of the day is made.
    """
    documents = billed(
        {"a": metered("quarter")},
        [subscribe("2026-08-05T10:00:00Z")],
        ["2026-11-04", "2026-11-05", "2027-02-05"],
        policy=START,
        timezone="America/New_York",
        usage=[record("2026-11-05T04:59:59Z", "1"), record("2026-11-05T05:00:00Z", "10")],
    )

    assert lines(documents) == [("2026-08-05", "2026-11-05", "1.00"), ("2026-11-05", "2027-02-05", "10.00")]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Asia/Kathmandu"])
def test_invoiceninja_1757_a_run_every_day_bills_every_month_once_in_any_zone(zone: str) -> None:
    days = [f"2026-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 29)]

    documents = billed({"a": plan("30.00")}, [subscribe("2026-01-01")], days, timezone=zone)

    assert [document["date"] for document in documents] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert totals(documents) == ["30.00", "30.00", "30.00"]
