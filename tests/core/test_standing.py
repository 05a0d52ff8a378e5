"""What subscriptions cost a period as they stand: read off what is owed, from the next own period on."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from broadbill.core.rating import parse_scenario
from broadbill.core.rating.standing import Standing, standing

FLAT = {"type": "flat", "amount": "30.00"}
START = {"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-01"}


def _charge(code: str = "access", **terms: Any) -> dict[str, Any]:
    return {"code": code, "type": "recurring", "period": "month", "model": FLAT, **terms}


def _standing(
    *charges: dict[str, Any], events: list[dict[str, Any]] | None = None, on: str = "2026-03-01", **more: Any
) -> dict[str, tuple[Standing, ...]]:
    plans = {"a": {"charges": list(charges)}, **more.pop("plans", {})}
    scenario = {"currency": "EUR", "plans": plans, "events": [START, *(events or [])], "bill": [], **more}
    return standing(parse_scenario(scenario).history, on=date.fromisoformat(on))


def _totals(found: dict[str, tuple[Standing, ...]]) -> list[str]:
    return [str(one.total) for one in found["s1"]]


class TestStanding:
    def test_is_the_whole_period_that_begins_next(self) -> None:
        assert _totals(_standing(_charge(), on="2026-02-11")) == ["30.00"]

    def test_is_the_same_in_arrears(self) -> None:
        assert _totals(_standing(_charge(timing="arrears"))) == ["30.00"]

    def test_adds_up_the_charges_of_one_cycle_and_parts_those_of_others(self) -> None:
        found = _standing(
            _charge("domain", period="year", model={"type": "flat", "amount": "24.00"}),
            _charge(),
            _charge("router", model={"type": "flat", "amount": "4.90"}),
        )["s1"]

        assert [(one.cycle.unit, one.cycle.every, str(one.total)) for one in found] == [
            ("month", 1, "34.90"),
            ("month", 12, "24.00"),
        ]
        # 34.90 and 24.00 ÷ 12
        assert [one.monthly for one in found] == [Fraction("34.90"), Fraction(2)]

    def test_adds_up_the_parts_of_a_bundle_each_with_its_own_tax(self) -> None:
        parts = [{"code": "internet", "weight": "2"}, {"code": "tv", "weight": "1", "tax": "reduced"}]
        taxes = [
            {"name": "VAT", "category": c, "rate": r} for c, r in (("standard", "20"), ("reduced", "10"))
        ]
        [one] = _standing(_charge(parts=parts), taxes=taxes)["s1"]

        # 20.00 × 1.20 + 10.00 × 1.10
        assert (str(one.subtotal), str(one.total)) == ("30.00", "35.00")

    def test_tells_a_week_and_a_day_by_the_month_of_a_year_of_365_days(self) -> None:
        [day], [week] = (
            _standing(_charge(period=unit, model={"type": "flat", "amount": "12.00"}))["s1"]
            for unit in ("day", "week")
        )

        # 12.00 × 365 ÷ 12 = 365.00; 12.00 × 365 ÷ 84
        assert (day.monthly, week.monthly) == (Fraction(365), Fraction(365, 7))

    def test_is_with_and_without_tax(self) -> None:
        [one] = _standing(_charge(), taxes=[{"name": "VAT", "category": "standard", "rate": "20"}])["s1"]

        assert (str(one.subtotal), str(one.total)) == ("30.00", "36.00")

    def test_is_after_discounts_and_at_the_price_in_force(self) -> None:
        events = [
            {"do": "change_price", "id": "s1", "charge": "access", "model": {"type": "flat", "amount": "20.00"},
             "at": "2026-02-01"},
            {"do": "discount", "id": "s1", "amount": "5.00", "at": "2026-02-01"},
        ]  # fmt: skip

        assert _totals(_standing(_charge(), events=events)) == ["15.00"]

    def test_leaves_out_usage_and_what_is_charged_once(self) -> None:
        found = _standing(
            _charge(),
            {"code": "setup", "type": "one_off", "model": FLAT},
            {"code": "data", "type": "usage", "period": "month", "meter": "gb",
             "model": {"type": "per_unit", "unit_amount": "1", "min_amount": "9.00"}},
        )  # fmt: skip

        assert _totals(found) == ["30.00"]

    def test_knows_a_change_that_waits_for_the_end_of_the_period(self) -> None:
        change = {"do": "change_plan", "id": "s1", "plan": "b", "at": "2026-02-11", "when": "period_end"}
        plans = {"b": {"charges": [_charge("fiber", model={"type": "flat", "amount": "40.00"})]}}

        assert _totals(_standing(_charge(), events=[change], on="2026-02-12", plans=plans)) == ["40.00"]

    def test_costs_nothing_while_suspended_or_free(self) -> None:
        assert _totals(_standing(_charge(), events=[{"do": "suspend", "id": "s1", "at": "2026-02-11"}])) == [
            "0.00"
        ]
        assert _totals(_standing(_charge(free_periods=3))) == ["0.00"]

    def test_has_no_entry_for_what_is_over_by_then_or_has_not_begun(self) -> None:
        ending = [{"do": "cancel", "id": "s1", "at": "2026-02-11", "when": "period_end"}]

        assert _standing(_charge(), events=ending, on="2026-02-12") == {}
        assert _standing(_charge(), on="2025-12-31") == {}
