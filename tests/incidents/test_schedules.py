"""When bills come: anchors, runs that were missed, made early, or made again."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.incidents.billing import billed, lines, plan, subscribe, totals

START = {"anchor": {"day": "start"}}


def test_invoiceninja_1404_a_run_on_another_day_does_not_move_the_schedule() -> None:
    documents = billed(
        {"a": plan("30.00")},
        [subscribe("2026-03-01")],
        ["2026-03-01", "2026-03-29", "2026-04-03", "2026-05-01"],
    )

    assert [(document["date"], *line) for document in documents for line in lines([document])] == [
        ("2026-03-01", "2026-03-01", "2026-04-01", "30.00"),
        ("2026-04-03", "2026-04-01", "2026-05-01", "30.00"),
        ("2026-05-01", "2026-05-01", "2026-06-01", "30.00"),
    ]


def test_killbill_2133_a_subscription_of_31_march_is_billed_on_31_may_and_whole() -> None:
    documents = billed(
        {"a": plan("31.00")},
        [subscribe("2026-03-31")],
        ["2026-03-31", "2026-04-30", "2026-05-30", "2026-05-31"],
        policy=START,
    )

    assert [document["date"] for document in documents] == ["2026-03-31", "2026-04-30", "2026-05-31"]
    assert totals(documents) == ["31.00", "31.00", "31.00"]


def test_fossbilling_2567_the_same_date_every_month_is_not_every_31_days() -> None:
    documents = billed({"a": plan("30.00")}, [subscribe("2026-01-15")], ["2026-12-31"], policy=START)

    assert [line[0] for line in lines(documents)] == [f"2026-{month:02d}-15" for month in range(1, 13)]


@pytest.mark.parametrize("day", [28, 29, 30, 31])
def test_splynx_any_day_may_be_the_bill_day(day: int) -> None:
    """Their billing day ends at the 28th, "because of February". Here the last days are clamped, and come back."""
    documents = billed(
        {"a": plan("30.00")}, [subscribe("2026-01-01")], ["2028-12-31"], policy={"anchor": {"day": day}}
    )

    found = lines(documents)
    assert all(before[1] == after[0] for before, after in pairwise(found))
    starts = [starts for starts, _, _ in found]
    assert f"2027-03-{day}" in starts
    assert {"2027-02-28", f"2028-02-{min(day, 29)}"} <= set(starts)


def test_oca_contract_197_a_contract_from_24_february_is_billed_for_five_days() -> None:
    """28.00 × 5 ÷ 28 = 5.00."""
    documents = billed({"a": plan("28.00")}, [subscribe("2026-02-24")], ["2026-02-24"])

    assert lines(documents) == [("2026-02-24", "2026-03-01", "5.00")]


def test_ucrm_109_the_first_part_from_the_installation_then_the_common_day() -> None:
    """31.00 × 12 ÷ 31 = 12.00."""
    documents = billed({"a": plan("31.00")}, [subscribe("2026-01-20")], ["2026-01-20", "2026-02-01"])

    assert lines(documents) == [("2026-01-20", "2026-02-01", "12.00"), ("2026-02-01", "2026-03-01", "31.00")]


def test_ucrm_changelog_a_prorated_period_and_a_fee_are_billed_once() -> None:
    setup = {"code": "setup", "type": "one_off", "model": {"type": "flat", "amount": "49.00"}}
    plans = {"a": {"charges": [*plan("31.00")["charges"], setup]}}
    days = ["2026-01-20", "2026-01-20", "2026-01-21", "2026-01-31"]

    documents = billed(plans, [subscribe("2026-01-20")], days)

    assert [amount for _, _, amount in lines(documents)] == ["12.00", "49.00"]


def test_erpnext_42779_a_whole_period_costs_its_price_in_every_month() -> None:
    """80.00 was 154.67 and 72.26 there, 1,099,000 was 11,945.65."""
    documents = billed(
        {"a": plan("80.00"), "b": plan("1099000.00")},
        [subscribe("2026-01-17"), subscribe("2026-01-31", "b", "s2")],
        ["2026-12-31"],
        policy=START,
    )

    assert [amount for _, _, amount in lines(documents)] == ["80.00"] * 12 + ["1099000.00"] * 12


def test_fossbilling_1969_a_renewal_has_each_line_once() -> None:
    charges = [plan("10.00", code="a")["charges"][0], plan("5.00", code="b")["charges"][0]]

    documents = billed({"a": {"charges": charges}}, [subscribe("2026-01-01")], ["2026-01-01", "2026-02-01"])

    assert totals(documents) == ["15.00", "15.00"]
    assert [len(document["lines"]) for document in documents] == [2, 2]


def test_fossbilling_3425_a_product_of_six_months_is_renewed() -> None:
    half_year = {"every": 6, "unit": "month"}

    documents = billed(
        {"a": plan("60.00", half_year)}, [subscribe("2026-01-15")], ["2026-01-15", "2026-07-15"], policy=START
    )

    assert lines(documents) == [("2026-01-15", "2026-07-15", "60.00"), ("2026-07-15", "2027-01-15", "60.00")]


def test_phpnuxbill_93_what_is_paid_afterwards_is_billed_when_it_has_ended() -> None:
    documents = billed(
        {"a": plan("31.00", timing="arrears")},
        [subscribe("2026-01-16")],
        ["2026-01-16", "2026-01-31", "2026-02-01"],
    )

    assert [(document["date"], document["total"]) for document in documents] == [("2026-02-01", "16.00")]


def test_invoiceninja_3407_a_run_that_was_skipped_is_made_up_for() -> None:
    """The schedule counts from the start, not from the last bill: March comes with April, each in its own period."""
    documents = billed({"a": plan("30.00")}, [subscribe("2026-02-01")], ["2026-02-01", "2026-04-15"])

    assert lines(documents)[1:] == [
        ("2026-03-01", "2026-04-01", "30.00"),
        ("2026-04-01", "2026-05-01", "30.00"),
    ]


def test_visp_moving_the_bill_day_bills_no_day_twice() -> None:
    """There is no "paid-through date" to touch. From the 1st to the 15th: 14 of March's days in 15 Feb to 15 Mar."""
    documents = billed(
        {"a": plan("28.00")},
        [subscribe("2026-02-01"), {"do": "change_anchor", "id": "s1", "at": "2026-02-10", "day": 15}],
        ["2026-02-01", "2026-03-01", "2026-03-15"],
    )

    # 28.00 × 14 ÷ 28 = 14.00
    assert lines(documents) == [
        ("2026-02-01", "2026-03-01", "28.00"),
        ("2026-03-01", "2026-03-15", "14.00"),
        ("2026-03-15", "2026-04-15", "28.00"),
    ]
