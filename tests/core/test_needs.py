"""Which usage rating needs: record by record or as sums of days, and from which day on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from broadbill.core.money import Currency
from broadbill.core.rating import AccountTerms, History, Rulebook, parse_event
from broadbill.core.rating.needs import UsageNeeds, usage_needs

PER_UNIT = {"type": "per_unit", "unit_amount": "0.10"}
TIERS = {"tiers": [{"up_to": "10", "unit_amount": "1"}, {"up_to": None, "unit_amount": "0.5"}]}
BY_DAY = {
    "per_unit": PER_UNIT,
    "flat": {"type": "flat", "amount": "5"},
    "package": {"type": "package", "size": "10", "amount": "1"},
    "graduated": {"type": "graduated", **TIERS},
    "volume": {"type": "volume", **TIERS},
    "stairstep": {"type": "stairstep", "tiers": [{"up_to": None, "amount": "3"}]},
    "allowance": {**PER_UNIT, "included": "15", "rollover": {"periods": 2}},
    "rounded once a period": {**PER_UNIT, "round_quantity_to": {"to": "1"}},
    "bounded": {**PER_UNIT, "min_amount": "1", "cap_amount": "5"},
}
BY_RECORD = {
    "calls": {"type": "rate_table", "rates": [{"prefix": "", "unit_amount": "0.1"}]},
    "percentage": {"type": "percentage", "rate": "5"},
    "percentile": {"type": "percentile", "unit_amount": "5"},
    "bands": {"type": "time_bands", "bands": [], "otherwise": PER_UNIT},
    "the largest": {**PER_UNIT, "aggregate": "max"},
    "levels": {**PER_UNIT, "aggregate": "time_weighted"},
    "rounded each": {**PER_UNIT, "round_quantity_to": {"to": "1", "at": "record"}},
    "pooled": {**PER_UNIT, "included": "15", "pool": "family"},
}


def plan(*charges: tuple[str, dict[str, Any]], **terms: Any) -> dict[str, Any]:
    """A plan with a usage charge for each (meter, model)."""
    found = [
        {"code": f"c{place}", "type": "usage", "meter": meter, "period": "month", "model": model}
        for place, (meter, model) in enumerate(charges)
    ]
    return {"charges": found, **terms}


def needs(
    plans: dict[str, Any], *events: dict[str, Any], since: str | None = None, **policy: Any
) -> UsageNeeds:
    book = Rulebook.parse({"policy": policy, "plans": plans})
    history = History(
        book,
        AccountTerms(Currency.of("EUR"), "Europe/Vienna"),
        tuple(parse_event(number, event) for number, event in enumerate(events, start=1)),
    )
    return usage_needs([history], since=date.fromisoformat(since) if since else None)


def subscribe(plan: str = "a", at: str = "2026-01-01", **keys: Any) -> dict[str, Any]:
    return {"do": "subscribe", "id": "s1", "plan": plan, "at": at, **keys}


class TestRecordByRecord:
    @pytest.mark.parametrize("model", BY_DAY.values(), ids=BY_DAY)
    def test_is_not_needed_where_days_add_up(self, model: dict[str, Any]) -> None:
        assert needs({"a": plan(("m", model))}, subscribe()).by_record == set()

    @pytest.mark.parametrize("model", BY_RECORD.values(), ids=BY_RECORD)
    def test_is_needed_where_each_record_has_a_price_of_its_own(self, model: dict[str, Any]) -> None:
        assert needs({"a": plan(("m", model))}, subscribe()).by_record == {"m"}

    def test_is_needed_of_the_meters_that_ask_for_it_alone(self) -> None:
        plans = {"a": plan(("data", PER_UNIT), ("voice", BY_RECORD["calls"]))}

        assert needs(plans, subscribe()).by_record == {"voice"}

    def test_is_needed_where_one_of_several_prices_of_the_meter_asks_for_it(self) -> None:
        plans = {"a": plan(("m", PER_UNIT), ("m", BY_RECORD["the largest"]))}

        assert needs(plans, subscribe()).by_record == {"m"}

    def test_is_needed_for_a_price_that_was_agreed(self) -> None:
        plans = {"a": plan(("m", PER_UNIT))}
        agreed = {
            "do": "change_price",
            "id": "s1",
            "charge": "c0",
            "at": "2026-02-01",
            "model": BY_RECORD["calls"],
        }

        assert needs(plans, subscribe(), agreed).by_record == {"m"}
        assert needs(plans, subscribe(price={"c0": BY_RECORD["calls"]})).by_record == {"m"}

    def test_is_needed_for_a_price_that_is_announced_or_introductory(self) -> None:
        for key, value in (
            ("price_changes", [{"from": "2026-06-01", "model": BY_RECORD["calls"]}]),
            ("phases", [{"periods": 1, "model": BY_RECORD["calls"]}]),
        ):
            changing = plan(("m", PER_UNIT))
            changing["charges"][0][key] = value
            assert needs({"a": changing}, subscribe()).by_record == {"m"}

    def test_is_needed_for_a_plan_of_before(self) -> None:
        plans = {"a": plan(("m", BY_RECORD["calls"])), "b": plan(("m", PER_UNIT))}
        change = {"do": "change_plan", "id": "s1", "plan": "b", "at": "2026-02-01"}

        assert needs(plans, subscribe(), change).by_record == {"m"}

    def test_is_needed_where_plan_or_subscription_share_their_allowance(self) -> None:
        assert needs({"a": plan(("m", PER_UNIT), allowance_pool="p")}, subscribe()).by_record == {"m"}
        assert needs({"a": plan(("m", PER_UNIT))}, subscribe(pool="p")).by_record == {"m"}


class TestFromWhichDay:
    def test_all_is_needed_where_rating_begins_at_the_beginning(self) -> None:
        found = needs({"a": plan(("m", PER_UNIT))}, subscribe())

        assert found.from_day == date.min

    def test_the_period_not_yet_billed_is_needed(self) -> None:
        # Billed on 1 March, rating begins on the 2nd: February is billed, March is open.
        found = needs({"a": plan(("m", PER_UNIT))}, subscribe(), since="2026-03-02")

        assert (found.from_day, found.billed_until) == (date(2026, 3, 1), date(2026, 3, 1))

    def test_the_period_that_ends_on_the_day_itself_is_needed(self) -> None:
        # Billed on 28 February: February ends, and is due, on 1 March.
        found = needs({"a": plan(("m", PER_UNIT))}, subscribe(), since="2026-03-01")

        assert (found.from_day, found.billed_until) == (date(2026, 2, 1), date(2026, 2, 1))

    def test_the_longest_open_period_is_needed_and_the_shortest_was_billed_last(self) -> None:
        both = plan(("m", PER_UNIT), ("n", PER_UNIT))
        both["charges"][1]["period"] = "week"

        # Weeks begin on Thursdays, as the subscription did: 5 and 12 March. The month began on the 1st.
        found = needs({"a": both}, subscribe(), since="2026-03-13")

        assert (found.from_day, found.billed_until) == (date(2026, 3, 1), date(2026, 3, 12))

    def test_a_change_of_plan_inside_the_period_was_billed_but_its_period_is_needed(self) -> None:
        plans = {"a": plan(("m", PER_UNIT)), "b": plan(("m", PER_UNIT))}
        change = {"do": "change_plan", "id": "s1", "plan": "b", "at": "2026-03-10"}

        found = needs(plans, subscribe(), change, since="2026-03-15")

        assert (found.from_day, found.billed_until) == (date(2026, 3, 1), date(2026, 3, 10))

    def test_the_day_of_cancelling_was_billed_with_the_last_stretch(self) -> None:
        cancel = {"do": "cancel", "id": "s1", "at": "2026-03-10"}

        found = needs({"a": plan(("m", PER_UNIT))}, subscribe(), cancel, since="2026-04-02")

        assert (found.from_day, found.billed_until) == (date(2026, 4, 2), date(2026, 3, 11))

    def test_all_is_needed_where_an_allowance_carries_on(self) -> None:
        rolling = {**PER_UNIT, "included": "15", "rollover": {"periods": 2}}

        found = needs({"a": plan(("m", rolling))}, subscribe(), since="2026-03-02")

        assert (found.from_day, found.billed_until) == (date.min, date(2026, 3, 1))

    def test_the_spending_that_an_open_commitment_counts_is_needed(self) -> None:
        yearly = plan(("m", PER_UNIT))
        yearly["charges"].append({"code": "min", "type": "commitment", "period": "year", "amount": "100"})

        found = needs({"a": yearly}, subscribe(), since="2026-03-02")

        assert (found.from_day, found.billed_until) == (date(2026, 1, 1), date(2026, 3, 1))

    def test_the_last_level_of_before_is_needed_where_levels_go_on(self) -> None:
        found = needs(
            {"a": plan(("m", BY_RECORD["levels"]), ("n", PER_UNIT))}, subscribe(), since="2026-03-02"
        )

        assert found.levels == {"m"}
