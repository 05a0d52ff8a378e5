"""What is left of an allowance, spent as it will be billed."""

from __future__ import annotations

from datetime import date
from typing import Any

from broadbill.core.rating import parse_scenario
from broadbill.core.rating.allowances import allowances

PER_GB = {"type": "per_unit", "unit_amount": "0.10"}


def left(
    model: dict[str, Any], *used: tuple[str, str, str], on: str, sold: int = 1, **plan: Any
) -> list[str]:
    """Each period's allowance, what is used and what is left; `used` are subscription, day and GB."""
    charge = {"code": "data", "type": "usage", "meter": "gb", "period": "month", "model": PER_GB | model}
    scenario = {
        "currency": "EUR",
        "plans": {"a": {"charges": [charge], **plan}},
        "events": [
            {"do": "subscribe", "id": f"s{number}", "plan": "a", "at": "2026-01-01"}
            for number in range(1, sold + 1)
        ],
        "usage": [
            {"subscription": name, "meter": "gb", "at": f"{day}T12:00:00Z", "quantity": gb}
            for name, day, gb in used
        ],
        "bill": [],
    }
    found = allowances(parse_scenario(scenario).history, on=date.fromisoformat(on))
    return [f"{one.stretch.starts:%m-%d} {one.granted} {one.used} {one.left}" for one in found]


class TestAllowances:
    def test_are_counted_down_in_each_period(self) -> None:
        used = ("s1", "2026-01-05", "30"), ("s1", "2026-02-02", "7.5"), ("s1", "2026-02-03", "2.5")

        assert left({"included": "100"}, *used, on="2026-02-10") == ["01-01 100 30 70", "02-01 100 10 90"]

    def test_are_never_less_than_used_up(self) -> None:
        assert left({"included": "100"}, ("s1", "2026-01-05", "115"), on="2026-01-31") == ["01-01 100 115 0"]

    def test_begin_the_next_period_with_what_rolled_over(self) -> None:
        used = ("s1", "2026-01-05", "60"), ("s1", "2026-02-02", "130")

        # January leaves 40; February uses them first, then 90 of its own: 10 roll over.
        assert left({"included": "100", "rollover": {"periods": 1}}, *used, on="2026-03-01") == [
            "01-01 100 60 40",
            "02-01 140 130 10",
            "03-01 110 0 110",
        ]

    def test_are_shared_by_the_members_of_a_pool(self) -> None:
        used = ("s1", "2026-01-05", "14"), ("s2", "2026-01-06", "3")

        # 2 × 10 granted, 14 + 3 used: the same for each of both.
        assert left({"included": "10"}, *used, on="2026-01-31", sold=2, allowance_pool="family") == [
            "01-01 20 17 3",
            "01-01 20 17 3",
        ]

    def test_are_none_where_all_is_paid_by_the_unit(self) -> None:
        assert left({}, ("s1", "2026-01-05", "30"), on="2026-01-31") == []
