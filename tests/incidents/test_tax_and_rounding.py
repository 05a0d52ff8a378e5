"""Cents that others lost between lines, taxes, discounts and credit notes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.incidents.billing import billed, plan, subscribe, totals

LAGO_2643 = ("68.33", "68.33", "57.50", "85.00")


def vat(rate: str, **keys: Any) -> list[dict[str, Any]]:
    return [{"name": "VAT", "category": "standard", "rate": rate, **keys}]


def lago_2643(policy: dict[str, str], days: list[str]) -> list[str]:
    """Four lines, each credited whole on a day of its own (the last day is used for the rest)."""
    plans = {f"p{i}": plan(amount) for i, amount in enumerate(LAGO_2643)}
    events: list[dict[str, Any]] = [subscribe("2026-01-01", f"p{i}", f"s{i}") for i in range(4)]
    for i, amount in enumerate(LAGO_2643):
        day = days[min(i, len(days) - 1)]
        credit = {
            "do": "credit",
            "at": day,
            "amount": amount,
            "id": f"s{i}",
            "charge": "access",
            "period": "2026-01-01",
        }
        events.append(credit)
    return totals(billed(plans, events, ["2026-01-01", *days], policy=policy, taxes=vat("20")))


def test_lago_2643_a_credit_note_of_the_whole_invoice_is_the_invoice() -> None:
    """279.16 × 20 % = 55.832 → 55.83: 334.99 there and back."""
    assert lago_2643({}, ["2026-01-10"]) == ["334.99", "-334.99"]


def test_lago_2643_one_credit_note_a_line_adds_up_where_tax_is_rounded_line_by_line() -> None:
    """13.67 + 13.67 + 11.50 + 17.00 = 55.84. Who credits line by line rounds tax line by line: 335.00 both ways."""
    invoice, *notes = lago_2643(
        {"tax_rounding": "line"}, ["2026-01-10", "2026-01-11", "2026-01-12", "2026-01-13"]
    )

    assert invoice == "335.00"
    assert sum(Decimal(note) for note in notes) == Decimal("-335.00")


def test_lms_559_a_discount_is_taken_of_the_net_price() -> None:
    """24,948.04 less 10 % = 22,453.24; 23 % of it 5,164.25."""
    discount = {"do": "discount", "at": "2026-01-01", "name": "10 %", "percent": "10"}

    (document,) = billed(
        {"a": plan("24948.04")}, [subscribe("2026-01-01"), discount], ["2026-01-01"], taxes=vat("23")
    )

    assert (document["subtotal"], document["taxes"][0]["amount"], document["total"]) == (
        "22453.24",
        "5164.25",
        "27617.49",
    )


@pytest.mark.parametrize(("amount", "total"), [("140.00", "160.97"), ("1140.00", "1310.72")])
def test_invoiceninja_1453_two_taxes_are_rounded_each_once(amount: str, total: str) -> None:
    taxes = [*vat("5"), {"name": "QST", "category": "standard", "rate": "9.975"}]

    assert totals(billed({"a": plan(amount)}, [subscribe("2026-01-01")], ["2026-01-01"], taxes=taxes)) == [
        total
    ]


def test_odoo_193522_tax_is_rounded_once_a_rate_and_document() -> None:
    """Japan: 3 × 105 yen, 10 % of 315 = 31.5 down to 31, not 3 × 10."""
    documents = billed(
        {"a": plan("105")},
        [subscribe("2026-01-01", name=f"s{i}") for i in range(3)],
        ["2026-01-01"],
        currency="JPY",
        policy={"rounding": "down"},
        taxes=vat("10"),
    )

    assert totals(documents) == ["346"]


def test_killbill_simple_tax_8_the_rounding_point_is_the_posted_line() -> None:
    """88.52459 is posted as 88.52; 22 % of that is 19.4744 → 19.47."""
    assert totals(
        billed({"a": plan("88.52459")}, [subscribe("2026-01-01")], ["2026-01-01"], taxes=vat("22"))
    ) == ["107.99"]


def test_lago_4313_tax_is_taken_on_the_posted_line() -> None:
    """The posted proration is what is taxed: 30.00 × 17 ÷ 31 = 16.45; 20 % = 3.29."""
    assert totals(
        billed({"a": plan("30.00")}, [subscribe("2026-01-15")], ["2026-01-15"], taxes=vat("20"))
    ) == ["19.74"]


def test_fossbilling_2374_tax_is_taken_after_the_discount() -> None:
    """1.00 less 0.18 = 0.82; 20 % = 0.164 → 0.16: 0.98."""
    discount = {"do": "discount", "at": "2026-01-01", "name": "off", "amount": "0.18"}

    assert totals(
        billed({"a": plan("1.00")}, [subscribe("2026-01-01"), discount], ["2026-01-01"], taxes=vat("20"))
    ) == ["0.98"]


def test_lago_2643_one_credit_note_a_line_where_tax_is_rounded_once_a_document() -> None:
    """Each note's tax is 20 % of its own base, rounded once: 13.67 + 13.67 + 11.50 + 17.00 = 55.84, not 55.83.

    So four notes give back 335.00 of 334.99: the tax of a document is a fact of that document (SCENARIO.md,
    `tax_rounding`), and four documents round four times. The nets add up exactly, and the taxes differ by less
    than half a cent a note. Nobody can take the cent: the customer's balance is the sum of all documents. Who
    credits line by line rounds tax line by line, or sells at prices with the tax inside.
    """
    invoice, *notes = lago_2643({}, ["2026-01-10", "2026-01-11", "2026-01-12", "2026-01-13"])

    assert invoice == "334.99"
    assert notes == ["-82.00", "-82.00", "-69.00", "-102.00"]


def test_lago_2643_one_credit_note_a_line_adds_up_where_the_price_holds_the_tax() -> None:
    """81.99 is a price with 20 % inside: what comes back is the price, so that any notes add up to 334.99."""
    prices = ("82.00", "82.00", "69.00", "101.99")
    plans = {f"p{i}": plan(amount) for i, amount in enumerate(prices)}
    events: list[dict[str, Any]] = [subscribe("2026-01-01", f"p{i}", f"s{i}") for i in range(4)]
    for i, amount in enumerate(prices):
        credit = {"do": "credit", "at": f"2026-01-{10 + i}", "amount": amount}
        events.append({**credit, "id": f"s{i}", "charge": "access", "period": "2026-01-01"})
    days = ["2026-01-01", *(f"2026-01-{10 + i}" for i in range(4))]

    found = totals(billed(plans, events, days, taxes=vat("20", inclusive=True)))

    assert found == ["334.99", "-82.00", "-82.00", "-69.00", "-101.99"]
