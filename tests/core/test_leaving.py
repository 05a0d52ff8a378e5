"""What leaving would cost on a day, and until when a subscription is bound."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from broadbill.core.rating import parse_scenario
from broadbill.core.rating.leaving import Leaving, leaving

ACCESS = {
    "code": "access",
    "type": "recurring",
    "period": "month",
    "model": {"type": "flat", "amount": "30.00"},
}
FLAT_FEE = {"code": "leave", "type": "termination_fee", "fee": {"type": "flat", "amount": "90.00"}}
FADING_FEE = {
    "code": "leave",
    "type": "termination_fee",
    "fee": {"type": "declining", "amount": "120.00", "per_month": "10.00"},
}
REST = {"code": "leave", "type": "termination_fee", "fee": {"type": "remaining_periods", "percent": "50"}}


def _leaving(
    *charges: dict[str, Any],
    on: str = "2026-04-01",
    term: int | None = 12,
    events: list[dict[str, Any]] | None = None,
    **more: Any,
) -> Leaving:
    start = {"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-01"}
    if term is not None:
        start["term_months"] = term
    plans = {"a": {"charges": [ACCESS, *charges]}, "b": {"charges": [ACCESS]}}
    made = {"currency": "EUR", "plans": plans, "events": [start, *(events or [])], "bill": []} | more
    return leaving(parse_scenario(made).history, subscription="s1", on=date.fromisoformat(on))


class TestTheFee:
    def test_is_what_cancelling_on_that_day_would_bill(self) -> None:
        assert str(_leaving(FLAT_FEE).fee) == "90.00"

    def test_goes_by_the_day(self) -> None:
        # 120.00 less 10.00 for each of three full months; for each of eleven
        assert str(_leaving(FADING_FEE, on="2026-04-01").fee) == "90.00"
        assert str(_leaving(FADING_FEE, on="2026-12-01").fee) == "10.00"

    def test_is_a_share_of_the_rest(self) -> None:
        # nine months of 30.00 are left; half of them
        assert str(_leaving(REST, on="2026-04-01").fee) == "135.00"

    def test_is_nothing_once_the_term_is_over(self) -> None:
        assert str(_leaving(FLAT_FEE, on="2027-01-01").fee) == "0.00"
        assert str(_leaving(FLAT_FEE, on="2026-12-31").fee) == "90.00"

    def test_is_nothing_where_none_was_agreed(self) -> None:
        assert str(_leaving().fee) == "0.00"

    def test_is_in_the_accounts_currency(self) -> None:
        found = _leaving(currency="JPY", plans={"a": {"charges": [_in_yen(ACCESS), _in_yen_fee()]}})

        assert (str(found.fee), found.fee.currency.code) == ("9000", "JPY")

    def test_has_the_tax_of_the_day(self) -> None:
        taxes = [
            {"name": "VAT", "category": "standard", "rate": "20", "to": "2026-04-01"},
            {"name": "VAT", "category": "standard", "rate": "10", "from": "2026-04-01"},
        ]

        # 90.00 × 1.20, then × 1.10
        assert str(_leaving(FLAT_FEE, taxes=taxes, on="2026-03-31").fee) == "108.00"
        assert str(_leaving(FLAT_FEE, taxes=taxes, on="2026-04-01").fee) == "99.00"

    def test_adds_up_all_that_leaving_costs(self) -> None:
        other = {**FLAT_FEE, "code": "router", "fee": {"type": "flat", "amount": "15.50"}}

        assert str(_leaving(FLAT_FEE, other).fee) == "105.50"

    def test_is_that_of_the_plan_one_leaves(self) -> None:
        change = {"do": "change_plan", "id": "s1", "plan": "b", "at": "2026-03-01"}

        assert str(_leaving(FLAT_FEE, events=[change]).fee) == "0.00"

    def test_is_of_the_one_subscription_alone(self) -> None:
        second = {"do": "subscribe", "id": "s2", "plan": "a", "at": "2026-01-01", "term_months": 24}

        assert str(_leaving(FLAT_FEE, events=[second]).fee) == "90.00"

    def test_does_not_mind_what_was_known_before(self) -> None:
        """The imagined cancellation is the latest of all facts, also after others that came late."""
        change = {"do": "change_plan", "id": "s1", "plan": "a", "at": "2026-02-01", "recorded": "2026-03-20"}

        assert str(_leaving(FLAT_FEE, events=[change]).fee) == "90.00"


class TestTheTerm:
    def test_ends_so_many_months_after_the_start(self) -> None:
        assert _leaving(FLAT_FEE, term=12).term_ends == date(2027, 1, 1)
        assert _leaving(FLAT_FEE, term=1).term_ends == date(2026, 2, 1)

    def test_is_none_where_none_was_agreed(self) -> None:
        assert _leaving(term=None).term_ends is None


def test_a_subscription_that_is_not_there_is_the_callers_bug() -> None:
    made = {"currency": "EUR", "plans": {"a": {"charges": [ACCESS]}}, "bill": [],
            "events": [{"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-01"}]}  # fmt: skip

    with pytest.raises(KeyError):
        leaving(parse_scenario(made).history, subscription="s9", on=date(2026, 4, 1))


def _in_yen(charge: dict[str, Any]) -> dict[str, Any]:
    return {**charge, "model": {"type": "flat", "amount": "3000"}}


def _in_yen_fee() -> dict[str, Any]:
    return {**FLAT_FEE, "fee": {"type": "flat", "amount": "9000"}}
