"""Credits computed from the wrong price, the wrong days or the wrong base."""

from __future__ import annotations

from typing import Any

import pytest

from tests.incidents.billing import billed, lines, plan, subscribe, totals

START = {"anchor": {"day": "start"}}


def change(at: str, to: str, **keys: Any) -> dict[str, Any]:
    return {"do": "change_plan", "id": "s1", "plan": to, "at": at, **keys}


def cancel(at: str, **keys: Any) -> dict[str, Any]:
    return {"do": "cancel", "id": "s1", "at": at, **keys}


def test_lago_6194_the_base_of_a_quarter_is_its_own_days() -> None:
    """15 April to 15 July is 91 days, 56 of them after 20 May: 91.00 × 56 ÷ 91 = 56.00."""
    documents = billed(
        {"a": plan("91.00", "quarter"), "b": plan("182.00", "quarter")},
        [subscribe("2024-04-15"), change("2024-05-20", "b")],
        ["2024-04-15", "2024-05-20"],
        policy=START,
    )

    assert lines(documents)[1:] == [
        ("2024-05-20", "2024-07-15", "-56.00"),
        ("2024-05-20", "2024-07-15", "112.00"),
    ]


def test_splynx_full_precision_until_the_end() -> None:
    """200.00 × 15 ÷ 30 = 100.00, not 15 × 6.66 = 99.90; 100.00 × 15 ÷ 30 = 50.00."""
    documents = billed(
        {"a": plan("200.00"), "b": plan("100.00")},
        [subscribe("2026-04-01"), change("2026-04-16", "b")],
        ["2026-04-01", "2026-04-16"],
    )

    assert lines(documents)[1:] == [
        ("2026-04-16", "2026-05-01", "-100.00"),
        ("2026-04-16", "2026-05-01", "50.00"),
    ]
    assert totals(documents) == ["200.00", "-50.00"]


def test_lago_1776_the_credit_is_of_the_price_that_was_paid() -> None:
    plans = {
        "a": plan(
            "100.00", price_changes=[{"from": "2026-03-01", "model": {"type": "flat", "amount": "150.00"}}]
        )
    }

    documents = billed(plans, [subscribe("2026-02-01"), cancel("2026-02-15")], ["2026-02-01", "2026-02-15"])

    assert totals(documents) == ["100.00", "-50.00"]


def test_lms_2154_a_service_that_ends_in_mid_month_is_not_billed_whole() -> None:
    """Until and with 15 October: 100.00 × 15 ÷ 31 = 48.387… → 48.39."""
    documents = billed(
        {"a": plan("100.00")},
        [subscribe("2021-10-01"), cancel("2021-10-15", recorded="2021-10-01")],
        ["2021-10-01", "2021-10-15"],
        policy={"cancel_day": "charged"},
        timezone="Europe/Warsaw",
    )

    assert totals(documents) == ["48.39"]


def test_erpnext_36953_a_first_part_and_two_whole_months() -> None:
    """3,950.00 × 23 ÷ 30 = 3,028.33 + 3,950.00 + 3,950.00."""
    documents = billed(
        {"a": plan("3950.00")}, [subscribe("2023-04-08"), cancel("2023-07-01")], ["2023-06-30"]
    )

    assert [amount for _, _, amount in lines(documents)] == ["3028.33", "3950.00", "3950.00"]
    assert totals(documents) == ["10928.33"]


@pytest.mark.parametrize(
    ("start", "end", "amount"),
    [
        ("2025-02-26", "2025-03-01", "96428.57"),
        ("2020-02-27", "2020-03-01", "93103.45"),
        ("2020-02-02", "2020-03-01", "868965.52"),
    ],
)
def test_bcapps_5718_february_has_its_own_days(start: str, end: str, amount: str) -> None:
    """9 a month is 0.96429, 0.93103 and 8.68966; here times 100,000 so that the cents show it."""
    documents = billed({"a": plan("900000.00")}, [subscribe(start), cancel(end, recorded=start)], [start])

    assert totals(documents) == [amount]


def test_visp_a_month_resumed_in_its_middle() -> None:
    """50.00 × 15 ÷ 30 = 25.00 from 16 April, and 50.00 for May."""
    documents = billed(
        {"a": plan("50.00")},
        [
            subscribe("2016-04-01"),
            {"do": "suspend", "id": "s1", "at": "2016-04-01"},
            {"do": "resume", "id": "s1", "at": "2016-04-16"},
        ],
        ["2016-04-01", "2016-04-16", "2016-05-01"],
    )

    assert totals(documents) == ["25.00", "50.00"]


def test_ucrm_139_only_active_days_are_charged() -> None:
    """Cut off from 25 March, back on 6 April: 31.00 × 24 ÷ 31 and 30.00 × 25 ÷ 30."""
    documents = billed(
        {"a": plan("31.00")},
        [
            subscribe("2026-03-01"),
            {"do": "suspend", "id": "s1", "at": "2026-03-25"},
            {"do": "resume", "id": "s1", "at": "2026-04-06"},
        ],
        ["2026-04-30"],
    )

    assert lines(documents) == [("2026-03-01", "2026-03-25", "24.00"), ("2026-04-06", "2026-05-01", "25.83")]


def test_gumroad_6077_a_second_upgrade_credits_all_that_was_charged() -> None:
    """10, 10 and 10 of 30 days at 30.00, 60.00 and 90.00: 10.00 + 20.00 + 30.00."""
    documents = billed(
        {"a": plan("30.00"), "b": plan("60.00"), "c": plan("90.00")},
        [subscribe("2026-04-01"), change("2026-04-11", "b"), change("2026-04-21", "c")],
        ["2026-04-01", "2026-04-11", "2026-04-21"],
    )

    assert totals(documents) == ["30.00", "20.00", "10.00"]


def test_fossbilling_3371_an_upgrade_is_prorated_and_the_next_bill_has_the_new_price() -> None:
    documents = billed(
        {"a": plan("30.00"), "b": plan("60.00")},
        [subscribe("2026-04-01"), change("2026-04-16", "b")],
        ["2026-04-01", "2026-04-16", "2026-05-01"],
    )

    assert totals(documents) == ["30.00", "15.00", "60.00"]


def test_visp_a_quarter_resumed_on_the_16th_inside_its_term() -> None:
    """Months of 30 days: 150.00 × 75 ÷ 90 = 125.00 for the quarter."""
    documents = billed(
        {"a": plan("150.00", "quarter")},
        [
            subscribe("2016-04-01"),
            {"do": "suspend", "id": "s1", "at": "2016-04-01"},
            {"do": "resume", "id": "s1", "at": "2016-04-16"},
        ],
        ["2016-04-01", "2016-04-16"],
        policy={"proration": "month30", "anchor": {"day": 1, "month": 4}},
    )

    assert totals(documents) == ["125.00"]


def test_visp_a_quarter_that_begins_after_a_first_part() -> None:
    """Months of 30 days, quarters from May: 150.00 × 15 ÷ 90 = 25.00 for the rest of April, then 150.00: 175.00."""
    documents = billed(
        {"a": plan("150.00", "quarter")},
        [subscribe("2016-04-16")],
        ["2016-04-16", "2016-05-01"],
        policy={"proration": "month30", "anchor": {"day": 1, "month": 5}},
    )

    assert totals(documents) == ["25.00", "150.00"]


def test_silver_228_what_follows_a_trial_is_charged_once() -> None:
    """31.00 × 17 ÷ 31 = 17.00 after 14 days of trial, on however many runs."""
    days = ["2026-01-01", "2026-01-15", "2026-01-16", "2026-01-31"]

    documents = billed({"a": plan("31.00", trial_days=14)}, [subscribe("2026-01-01")], days)

    assert lines(documents) == [("2026-01-15", "2026-02-01", "17.00")]


def test_splynx_a_planned_change_that_is_taken_back_leaves_no_trace() -> None:
    """A change for the period's end makes no document before, so there is none to correct by hand."""
    planned = change("2026-04-10", "b", when="period_end", ref="planned")
    taken_back = {"do": "void", "event": "planned", "at": "2026-04-20"}

    documents = billed(
        {"a": plan("30.00"), "b": plan("60.00")},
        [subscribe("2026-04-01"), planned, taken_back],
        ["2026-04-01", "2026-04-10", "2026-04-20", "2026-05-01"],
    )

    assert totals(documents) == ["30.00", "30.00"]


def test_polar_6610_an_upgrade_at_once_and_a_downgrade_at_renewal() -> None:
    """Up on the 16th: 15.00 more for half of April. Down asked for on 10 May: 60.00 to its end, 30.00 from June."""
    documents = billed(
        {"a": plan("30.00"), "b": plan("60.00")},
        [
            subscribe("2026-04-01"),
            change("2026-04-16", "b"),
            change("2026-05-10", "a", when="period_end"),
        ],
        ["2026-04-01", "2026-04-16", "2026-05-01", "2026-05-10", "2026-06-01"],
    )

    assert totals(documents) == ["30.00", "15.00", "60.00", "30.00"]


def test_lms_2462_a_suspended_service_is_not_on_the_bill() -> None:
    documents = billed(
        {"a": plan("30.00"), "b": plan("12.00")},
        [
            subscribe("2026-04-01"),
            subscribe("2026-04-01", "b", "s2"),
            {"do": "suspend", "id": "s2", "at": "2026-05-01"},
        ],
        ["2026-04-01", "2026-05-01"],
    )

    assert totals(documents) == ["42.00", "30.00"]
    assert [line["subscription"] for line in documents[1]["lines"]] == ["s1"]


def test_uisp_community_a_bill_paid_from_credit_is_one_document() -> None:
    """150.00 with 140.00 in credit asks for 10.00, on the one invoice there is."""
    documents = billed(
        {"a": plan("150.00")}, [subscribe("2026-04-01")], ["2026-04-01"], account={"credit_balance": "140.00"}
    )

    assert [(document["total"], document["due"]) for document in documents] == [("150.00", "10.00")]


def test_lago_5797_a_line_says_how_it_was_prorated() -> None:
    """A fixed charge is prorated by the days it ran, and says so; it does not speak of usage."""
    (document,) = billed({"a": plan("31.00")}, [subscribe("2026-01-16")], ["2026-01-16"])

    assert document["lines"][0]["because"] == [
        "2026-01-16 to 2026-02-01 is 16 of 31 days",
        "1 × 31.00 × 16 ÷ 31 = 16.00",
    ]
