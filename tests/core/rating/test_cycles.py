"""Anchored periods: found from any date, never drifting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from broadbill.core.rating.cycles import Calendar, Cycle, Grid, add_months, full_months, grid_for
from broadbill.core.rating.policy import Anchor

DAY = date.fromisoformat
CALENDAR = Calendar(
    (
        (date.min, Grid("month", 1, 0, 1)),
        (DAY("2026-02-01"), Grid("month", 1, 0, 15)),
        (DAY("2026-03-15"), Grid("month", 1, 0, 20)),
    )
)
"""On the 1st; from 1 February on the 15th; from 15 March on the 20th."""


def period(grid: Grid, day: str) -> str:
    return str(grid.period_at(DAY(day)))


@pytest.mark.parametrize(
    ("cycle", "anchor", "start", "day", "expected"),
    [
        (Cycle("month", 1), Anchor(1), "2026-01-16", "2026-01-16", "2026-01-01 to 2026-02-01"),
        (Cycle("month", 1), Anchor(16), "2026-01-16", "2026-01-15", "2025-12-16 to 2026-01-16"),
        (Cycle("month", 1), Anchor(16), "2026-01-16", "2026-01-16", "2026-01-16 to 2026-02-16"),
        (Cycle("month", 1), Anchor(31), "2026-01-16", "2026-02-27", "2026-01-31 to 2026-02-28"),
        (Cycle("month", 1), Anchor(31), "2026-01-16", "2026-02-28", "2026-02-28 to 2026-03-31"),
        (Cycle("month", 1), Anchor("start"), "2026-01-31", "2026-03-30", "2026-02-28 to 2026-03-31"),
        # Quarters count from the first anchor day on or after the start.
        (Cycle("month", 3), Anchor(1), "2026-01-01", "2026-03-31", "2026-01-01 to 2026-04-01"),
        (Cycle("month", 3), Anchor(1), "2026-01-02", "2026-03-31", "2026-02-01 to 2026-05-01"),
        (Cycle("month", 3), Anchor(1), "2026-01-02", "2026-01-31", "2025-11-01 to 2026-02-01"),
        (Cycle("month", 3), Anchor("start"), "2026-01-20", "2026-04-19", "2026-01-20 to 2026-04-20"),
        # A month that is named holds whatever the start.
        (Cycle("month", 3), Anchor(1, month=1), "2026-02-10", "2026-02-10", "2026-01-01 to 2026-04-01"),
        (Cycle("month", 12), Anchor(1, month=7), "2026-02-10", "2026-02-10", "2025-07-01 to 2026-07-01"),
        (Cycle("month", 12), Anchor(1, month=2), "2026-02-01", "2026-02-01", "2026-02-01 to 2027-02-01"),
        (Cycle("month", 12), Anchor(1, month=2), "2026-02-02", "2026-02-02", "2026-02-01 to 2027-02-01"),
        (Cycle("month", 24), Anchor(1, month=2), "2026-02-02", "2026-02-02", "2025-02-01 to 2027-02-01"),
        # Days and weeks count from the start, weeks from a weekday that is named (1 January 2026 is a Thursday).
        (Cycle("day", 1), Anchor(1), "2026-01-16", "2026-01-16", "2026-01-16 to 2026-01-17"),
        (Cycle("day", 10), Anchor(1), "2026-01-16", "2026-01-25", "2026-01-16 to 2026-01-26"),
        (Cycle("week", 1), Anchor(1), "2026-01-01", "2026-01-07", "2026-01-01 to 2026-01-08"),
        (Cycle("week", 2), Anchor(1), "2026-01-01", "2026-01-14", "2026-01-01 to 2026-01-15"),
        (Cycle("week", 1), Anchor(1, weekday=1), "2026-01-01", "2026-01-01", "2025-12-29 to 2026-01-05"),
        (Cycle("week", 1), Anchor(1, weekday=4), "2026-01-01", "2026-01-01", "2026-01-01 to 2026-01-08"),
        (Cycle("week", 2), Anchor(1, weekday=7), "2026-01-01", "2026-01-04", "2026-01-04 to 2026-01-18"),
        (Cycle("day", 7), Anchor(1, weekday=1), "2026-01-01", "2026-01-01", "2026-01-01 to 2026-01-08"),
    ],
)
def test_a_period_begins_where_the_anchor_says(
    cycle: Cycle, anchor: Anchor, start: str, day: str, expected: str
) -> None:
    grid = grid_for(cycle, anchor, start=DAY(start), anniversary=DAY(start))

    assert period(grid, day) == expected


@pytest.mark.parametrize(
    ("cycle", "anchor", "expected"),
    [
        (Cycle("month", 1), Anchor("start"), "2026-01-11 to 2026-02-11"),
        (Cycle("month", 3), Anchor("start"), "2026-01-11 to 2026-04-11"),
        (Cycle("week", 1), Anchor("start"), "2026-01-11 to 2026-01-18"),
        (Cycle("week", 1), Anchor("start", weekday=1), "2026-01-05 to 2026-01-12"),
        (Cycle("month", 3), Anchor(5), "2026-01-05 to 2026-04-05"),
        (Cycle("day", 7), Anchor(5), "2026-01-08 to 2026-01-15"),
    ],
)
def test_anniversaries_alone_count_from_the_end_of_a_trial(
    cycle: Cycle, anchor: Anchor, expected: str
) -> None:
    grid = grid_for(cycle, anchor, start=DAY("2026-01-01"), anniversary=DAY("2026-01-11"))

    assert period(grid, "2026-01-11") == expected


@pytest.mark.parametrize(
    ("grid", "first", "last", "periods"),
    [
        (Grid("month", 1, 0, 1), "2026-01-31", "2026-01-01", 0),
        (Grid("month", 1, 0, 1), "2026-01-31", "2026-02-01", 1),
        (Grid("month", 1, 0, 1), "2025-11-30", "2026-02-01", 3),
        (Grid("month", 3, 0, 1), "2026-01-01", "2026-12-31", 3),
        (Grid("day", 7, 1, 0), "2026-01-01", "2026-01-31", 4),
        (Grid("day", 1, 0, 0), "2026-01-01", "2026-01-31", 30),
    ],
)
def test_periods_are_counted_from_one_to_another(grid: Grid, first: str, last: str, periods: int) -> None:
    found = grid.distance(grid.period_at(DAY(first)), grid.period_at(DAY(last)))

    assert (found, type(found)) == (periods, int)


@pytest.mark.parametrize(
    ("day", "lived", "whole"),
    [
        ("2026-01-31", "2026-01-01 to 2026-02-01", "2026-01-01 to 2026-02-01"),
        ("2026-02-01", "2026-02-01 to 2026-02-15", "2026-01-15 to 2026-02-15"),
        ("2026-02-15", "2026-02-15 to 2026-03-15", "2026-02-15 to 2026-03-15"),
        ("2026-03-15", "2026-03-15 to 2026-03-20", "2026-02-20 to 2026-03-20"),
        ("2026-03-20", "2026-03-20 to 2026-04-20", "2026-03-20 to 2026-04-20"),
    ],
)
def test_beside_a_change_of_anchor_fewer_days_are_lived(day: str, lived: str, whole: str) -> None:
    assert str(CALENDAR.span(DAY(day))) == lived
    assert str(CALENDAR.anchored(DAY(day))) == whole


@pytest.mark.parametrize(
    ("first", "last", "periods"),
    [
        ("2026-01-10", "2026-01-09", -1),
        ("2026-01-10", "2026-01-10", 0),
        ("2026-01-10", "2026-01-31", 0),
        ("2026-01-10", "2026-02-01", 1),
        ("2026-01-10", "2026-02-14", 1),
        ("2026-01-10", "2026-02-15", 2),
        ("2026-01-10", "2026-03-20", 4),
    ],
)
def test_periods_are_counted_across_a_change_of_anchor(first: str, last: str, periods: int) -> None:
    assert CALENDAR.distance(DAY(first), DAY(last)) == periods


def test_a_calendar_that_never_changed_counts_no_period_backwards() -> None:
    calendar = Calendar(((date.min, Grid("month", 1, 0, 1)),))

    assert calendar.distance(DAY("2026-03-01"), DAY("2026-02-28")) == -1
    assert calendar.distance(DAY("2026-03-31"), DAY("2026-03-01")) == -1
    assert calendar.distance(DAY("2026-03-01"), DAY("2026-03-01")) == 0


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 0, "2026-01-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2025-12-15", 13, "2027-01-15"),
    ],
)
def test_months_are_added_without_drifting(start: str, months: int, end: str) -> None:
    assert add_months(DAY(start), months) == DAY(end)
    assert full_months(DAY(start), DAY(end)) == months
    assert full_months(DAY(start), DAY(end) - timedelta(days=1)) == months - 1


def test_a_cycle_is_named_or_counted() -> None:
    named: list[Any] = ["day", "week", "month", "quarter", "year"]
    read = [Cycle.parse(raw, "period") for raw in [*named, {"every": 2, "unit": "quarter"}]]

    assert [(cycle.unit, cycle.every) for cycle in read] == [
        ("day", 1), ("week", 1), ("month", 1), ("month", 3), ("month", 12), ("month", 6),
    ]  # fmt: skip
