"""Periods that others drifted, skipped, billed twice or never."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from broadbill.core.rating.cycles import Calendar, Cycle, grid_for
from broadbill.core.rating.policy import Anchor
from tests.incidents.billing import billed, lines, plan, subscribe, totals

START = {"anchor": {"day": "start"}}


def test_killbill_127_the_period_after_a_short_february_is_billed() -> None:
    documents = billed(
        {"a": plan("30.00")},
        [subscribe("2017-01-31")],
        ["2017-01-31", "2017-02-28", "2017-03-31"],
        policy={"anchor": {"day": 31}},
    )

    assert lines(documents) == [
        ("2017-01-31", "2017-02-28", "30.00"),
        ("2017-02-28", "2017-03-31", "30.00"),
        ("2017-03-31", "2017-04-30", "30.00"),
    ]


def test_polar_10664_anniversaries_of_the_31st_do_not_drift() -> None:
    documents = billed({"a": plan("30.00")}, [subscribe("2024-01-31")], ["2024-05-31"], policy=START)

    assert [starts for starts, _, _ in lines(documents)] == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
        "2024-05-31",
    ]


def test_lago_1567_days_of_an_anniversary_on_the_31st_are_billed_once() -> None:
    documents = billed(
        {"a": plan("30.00")}, [subscribe("2023-01-31")], ["2023-01-31", "2023-02-28"], policy=START
    )

    assert lines(documents) == [("2023-01-31", "2023-02-28", "30.00"), ("2023-02-28", "2023-03-31", "30.00")]


@pytest.mark.parametrize("months", [1, 3, 6, 12])
@pytest.mark.parametrize(
    "start", [date(2024, 2, 29), date(2023, 1, 29), date(2023, 8, 30), date(2023, 8, 31)]
)
def test_lago_6173_periods_tile_for_twelve_years(months: int, start: date) -> None:
    grid = grid_for(Cycle("month", months), Anchor("start"), start=start, anniversary=start)
    calendar = Calendar(((date.min, grid),))
    periods = []
    moment = start
    while moment < date(2036, 1, 1):
        periods.append(calendar.span(moment))
        moment = periods[-1].ends

    assert periods[0].starts == start
    assert all(before.ends == after.starts for before, after in pairwise(periods))
    assert all(calendar.span(period.starts) == period for period in periods)


def test_killbill_139_cancelling_at_the_end_of_a_term_west_of_greenwich_credits_nothing() -> None:
    documents = billed(
        {"a": plan("39.90", "year")},
        [
            subscribe("2013-01-20T07:30:42Z"),
            {"do": "cancel", "id": "s1", "at": "2013-06-01", "when": "period_end"},
        ],
        ["2013-01-20", "2014-01-19", "2014-01-20"],
        policy=START,
        timezone="America/Los_Angeles",
    )

    assert lines(documents) == [("2013-01-19", "2014-01-19", "39.90")]


def test_killbill_1934_the_change_of_the_clocks_does_not_change_usage() -> None:
    usage = {
        "charges": [
            {
                "code": "u",
                "type": "usage",
                "meter": "m",
                "period": "month",
                "model": {"type": "per_unit", "unit_amount": "1"},
            }
        ]
    }
    records = [{"meter": "m", "at": "2026-04-30T22:30:00Z", "quantity": "7"}]
    found = [
        totals(
            billed(
                {"a": usage},
                [subscribe(start)],
                ["2026-05-01", "2026-06-01"],
                timezone="Europe/Vienna",
                usage=[{**record, "subscription": "s1"} for record in records],
            )
        )
        for start in ("2026-03-28", "2026-03-30")
    ]

    # 22:30 UTC is half past midnight of 1 May for both, whichever offset held when they were made.
    assert found == [["7.00"], ["7.00"]]


def test_oca_contract_1448_every_line_of_a_post_paid_quarter_ends_on_the_same_day() -> None:
    charges = [plan("10.00", "quarter", code, timing="arrears")["charges"][0] for code in ("a", "b", "c")]
    documents = billed(
        {"a": {"charges": charges}},
        [subscribe("2026-06-09")],
        ["2026-06-09", "2026-06-30"],
        policy={"anchor": {"day": 30, "month": 6}},
    )

    assert [(line[0], line[1]) for line in lines(documents)] == [("2026-06-09", "2026-06-30")] * 3


def test_silver_106_a_trial_over_the_end_of_a_month_has_three_parts() -> None:
    """Our convention: 15 days of trial are 18 February to 4 March; 5 March is charged."""
    documents = billed(
        {"a": plan("31.00", trial_days=15, show_zero=True)}, [subscribe("2015-02-18")], ["2015-03-31"]
    )

    assert lines(documents) == [
        ("2015-02-18", "2015-03-01", "0.00"),
        ("2015-03-01", "2015-03-05", "0.00"),
        ("2015-03-05", "2015-04-01", "27.00"),
    ]


def test_silver_204_the_days_after_a_trial_are_billed() -> None:
    documents = billed(
        {"a": plan("31.00", trial_days=21)}, [subscribe("2026-05-01")], ["2026-05-22", "2026-06-01"]
    )

    assert lines(documents) == [("2026-05-22", "2026-06-01", "10.00"), ("2026-06-01", "2026-07-01", "31.00")]


def test_lago_1840_a_second_bill_on_a_clamped_day_does_not_repeat_the_period() -> None:
    documents = billed(
        {"a": plan("30.00")}, [subscribe("2024-01-30")], ["2024-01-30", "2024-02-29"], policy=START
    )

    assert lines(documents) == [("2024-01-30", "2024-02-29", "30.00"), ("2024-02-29", "2024-03-30", "30.00")]
