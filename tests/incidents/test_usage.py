"""Usage that others rated twice, rounded call by call, or lost when it came late."""

from __future__ import annotations

from typing import Any

from tests.incidents.billing import billed, subscribe, totals


def metered(model: dict[str, Any]) -> dict[str, Any]:
    return {
        "a": {"charges": [{"code": "u", "type": "usage", "meter": "m", "period": "month", "model": model}]}
    }


def record(day: int, **keys: Any) -> dict[str, Any]:
    return {"subscription": "s1", "meter": "m", "at": f"2026-01-{day:02d}T10:00:00Z", **keys}


def call(day: int, seconds: int) -> dict[str, Any]:
    return record(day, quantity=str(seconds), duration_seconds=str(seconds), to="43")


def test_cgrates_118_increments_of_30_then_6_seconds() -> None:
    """0.006 a minute: 32 s → 36, 57 s → 60, 75 s → 78: 0.0036, 0.0060, 0.0078 (here times 1,000)."""
    table = {
        "type": "rate_table",
        "rates": [{"prefix": "", "unit_amount": "6"}],
        "increment": {"first": 30, "next": 6},
    }
    found = [
        totals(billed(metered(table), [subscribe("2026-01-01")], ["2026-02-01"], usage=[call(1, seconds)]))
        for seconds in (32, 57, 75)
    ]

    assert found == [["3.60"], ["6.00"], ["7.80"]]


def test_cgrates_48_rating_again_charges_only_the_difference() -> None:
    """10 and 5 late: 15.00 in all. The change of the balance is the new cost less the old."""
    model = {"type": "per_unit", "unit_amount": "1.00"}
    usage = [record(5, quantity="10"), record(6, quantity="5", recorded="2026-02-20")]

    documents = billed(metered(model), [subscribe("2026-01-01")], ["2026-02-01", "2026-03-01"], usage=usage)

    assert totals(documents) == ["10.00", "5.00"]


def test_lago_3338_the_same_record_twice_counts_once() -> None:
    model = {"type": "per_unit", "unit_amount": "1.00"}
    usage = [record(5, id="r1", quantity="10"), record(5, id="r1", quantity="10")]

    assert totals(billed(metered(model), [subscribe("2026-01-01")], ["2026-02-01"], usage=usage)) == ["10.00"]


def test_polar_9090_a_change_of_plan_charges_usage_once() -> None:
    model = {"type": "per_unit", "unit_amount": "1.00"}
    plans = {**metered(model), "b": metered(model)["a"]}
    change = {"do": "change_plan", "id": "s1", "plan": "b", "at": "2026-01-16"}
    usage = [record(5, quantity="10"), record(20, quantity="5")]

    documents = billed(plans, [subscribe("2026-01-01"), change], ["2026-01-16", "2026-02-01"], usage=usage)

    assert totals(documents) == ["10.00", "5.00"]


def test_killbill_docs_118_usage_of_an_old_period_is_neither_an_error_nor_lost() -> None:
    model = {"type": "per_unit", "unit_amount": "1.00"}
    usage = [record(5, quantity="10"), record(6, quantity="5", recorded="2026-06-20")]

    documents = billed(
        metered(model), [subscribe("2026-01-01")], ["2026-02-01", "2026-06-01", "2026-07-01"], usage=usage
    )

    assert totals(documents) == ["10.00", "5.00"]


def test_cgrates_260_a_started_minute_is_a_minute() -> None:
    """174 seconds at 0.06 a minute, by whole minutes: 180 s = 0.18, not 0.174."""
    table = {
        "type": "rate_table",
        "rates": [{"prefix": "", "unit_amount": "0.06"}],
        "increment": {"first": 60, "next": 60},
    }

    assert totals(
        billed(metered(table), [subscribe("2026-01-01")], ["2026-02-01"], usage=[call(1, 174)])
    ) == ["0.18"]


def test_lago_99_a_run_some_days_later_waits_for_late_usage() -> None:
    """Billed on 5 February, January holds what came in until then; no setting is needed, and no day is lost."""
    model = {"type": "per_unit", "unit_amount": "1.00"}
    usage = [record(5, quantity="10"), record(31, quantity="5", recorded="2026-02-04")]

    documents = billed(metered(model), [subscribe("2026-01-01")], ["2026-02-05"], usage=usage)

    assert [(line["from"], line["to"], line["amount"]) for line in documents[0]["lines"]] == [
        ("2026-01-01", "2026-02-01", "15.00")
    ]
