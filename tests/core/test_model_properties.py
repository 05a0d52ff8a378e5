"""What holds for every pricing model, whatever its prices and whatever was used."""

from __future__ import annotations

import os
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from broadbill.core.money import CURRENCIES
from broadbill.core.rating import simulate

COUNT = int(os.environ.get("PROPERTY_EXAMPLES", "60"))
EXAMPLES = settings(max_examples=COUNT, deadline=None, derandomize=True)

amounts = st.integers(0, 5_000).map(lambda n: str(Decimal(n) / 1000))
quantities = st.integers(0, 4_000).map(lambda n: str(Decimal(n) / 10))
sizes = st.sampled_from(["1", "2.5", "10", "100"])


@st.composite
def tiers(draw: st.DrawFn, *keys: str, falling: bool = True) -> list[dict[str, Any]]:
    """One to four tiers with the keys; prices in any order, or rising with `falling=False`."""
    edges = sorted(draw(st.sets(st.integers(1, 300), max_size=3)))
    found: list[dict[str, Any]] = [
        {"up_to": up_to, **{key: draw(amounts) for key in keys}} for up_to in [*map(str, edges), None]
    ]
    if not falling:
        for key in keys:
            for tier, price in zip(found, sorted((t[key] for t in found), key=Decimal), strict=True):
                tier[key] = price
    return found


flat = st.builds(lambda a: {"type": "flat", "amount": a}, amounts)
per_unit = st.builds(lambda a: {"type": "per_unit", "unit_amount": a}, amounts)
package = st.builds(lambda a, s: {"type": "package", "amount": a, "size": s}, amounts, sizes)
graduated = st.builds(lambda t: {"type": "graduated", "tiers": t}, tiers("unit_amount", "flat_amount"))
volume = st.builds(lambda t: {"type": "volume", "tiers": t}, tiers("unit_amount", "flat_amount"))
rising_volume = st.builds(
    lambda t: {"type": "volume", "tiers": t}, tiers("unit_amount", "flat_amount", falling=False)
)
stairstep = st.builds(lambda t: {"type": "stairstep", "tiers": t}, tiers("amount"))
rising_stairstep = st.builds(lambda t: {"type": "stairstep", "tiers": t}, tiers("amount", falling=False))
percentage = st.builds(
    lambda rate, fixed: {"type": "percentage", "rate": rate, "fixed": fixed}, amounts, amounts
)
bands = st.builds(
    lambda day, night: {
        "type": "time_bands",
        "bands": [{"from": "08:00", "to": "20:00", "model": {"type": "per_unit", "unit_amount": day}}],
        "otherwise": {"type": "per_unit", "unit_amount": night},
    },
    amounts,
    amounts,
)
calls = st.builds(
    lambda price, connect, first, then: {
        "type": "rate_table",
        "rates": [
            {"prefix": "", "unit_amount": price, "connect": connect},
            {"prefix": "49", "unit_amount": "1"},
        ],
        "increment": {"first": first, "next": then},
    },
    amounts,
    amounts,
    st.sampled_from([1, 30, 60]),
    st.sampled_from([1, 6, 60]),
)
percentile = st.builds(
    lambda commit, price, over: {
        "type": "percentile", "commit": commit, "unit_amount": price, "overage_amount": over,
    },
    quantities, amounts, amounts,
)  # fmt: skip

OF_A_QUANTITY = st.one_of(flat, per_unit, package, graduated, volume, stairstep)
MONOTONE = st.one_of(flat, per_unit, package, graduated, rising_volume, rising_stairstep)
EVERY_MODEL = st.one_of(OF_A_QUANTITY, percentage, bands, calls, percentile)


def usage(model: dict[str, Any], **keys: Any) -> dict[str, Any]:
    charge = {"code": "u", "type": "usage", "meter": "m", "period": "month", "model": {**model, **keys}}
    return {"a": {"charges": [charge]}}


def record(day: int, quantity: str, subscription: str = "s0", hour: int = 10) -> dict[str, Any]:
    """A record that every model can read: so many units, seconds, Mbps and so much value."""
    return {"subscription": subscription, "meter": "m", "at": f"2026-01-{day:02d}T{hour:02d}:00:00Z",
            "quantity": quantity, "duration_seconds": quantity, "value": quantity, "to": "4312"}  # fmt: skip


def result(plans: dict[str, Any], records: list[dict[str, Any]], **parts: Any) -> dict[str, Any]:
    subscriptions = sorted({record["subscription"] for record in records} | {"s0"})
    told = {
        "currency": "EUR",
        "plans": plans,
        "events": [
            {"do": "subscribe", "id": name, "plan": "a", "at": "2026-01-01"} for name in subscriptions
        ],
        "usage": records,
        "bill": ["2026-02-01"],
        **parts,
    }
    found: dict[str, Any] = simulate(told)
    return found


def cost(model: dict[str, Any], records: list[dict[str, Any]], **keys: Any) -> Decimal:
    return Decimal(result(usage(model, **keys), records)["balance"])


used = st.lists(st.tuples(st.integers(1, 31), quantities, st.integers(0, 23)), max_size=6).map(
    lambda found: [record(day, quantity, hour=hour) for day, quantity, hour in found]
)


class TestQuantities:
    @given(MONOTONE, quantities, quantities)
    @EXAMPLES
    def test_more_never_costs_less(self, model: dict[str, Any], one: str, other: str) -> None:
        less, more = sorted((one, other), key=Decimal)

        assert cost(model, [record(5, less)]) <= cost(model, [record(5, more)])

    def test_more_may_cost_less_where_the_whole_quantity_falls_in_a_cheaper_tier(self) -> None:
        """Volume and stairstep with falling prices are meant to: 100 × 0.10 = 10.00, 101 × 0.05 = 5.05."""
        cheaper = [{"up_to": "100", "unit_amount": "0.10"}, {"up_to": None, "unit_amount": "0.05"}]
        model = {"type": "volume", "tiers": cheaper}

        assert cost(model, [record(5, "100")]) == Decimal("10.00")
        assert cost(model, [record(5, "101")]) == Decimal("5.05")

    @given(tiers("unit_amount"), st.integers(0, 10))
    @EXAMPLES
    def test_graduated_tiers_meet_without_a_gap(self, told: list[dict[str, Any]], beyond: int) -> None:
        """At an edge plus a little, only the little is at the next price: exact, times 1,000 so that cents show it."""
        model = {
            "type": "graduated",
            "tiers": [{**t, "unit_amount": str(Decimal(t["unit_amount"]) * 1000)} for t in told],
        }
        for tier, after in pairwise(told):
            edge = tier["up_to"]
            step = Decimal(beyond) / 10
            more = cost(model, [record(5, str(Decimal(edge) + step))]) - cost(model, [record(5, edge)])

            assert more == step * Decimal(after["unit_amount"]) * 1000

    @given(OF_A_QUANTITY, st.lists(quantities, min_size=1, max_size=5))
    @EXAMPLES
    def test_splitting_a_record_never_changes_a_sum(self, model: dict[str, Any], parts: list[str]) -> None:
        whole = str(sum(map(Decimal, parts)))

        assert cost(model, [record(5 + n, part) for n, part in enumerate(parts)]) == cost(
            model, [record(5, whole)]
        )

    @given(OF_A_QUANTITY, quantities, quantities)
    @EXAMPLES
    def test_an_allowance_is_the_same_as_using_so_much_less(
        self, model: dict[str, Any], quantity: str, included: str
    ) -> None:
        left = str(max(Decimal(quantity) - Decimal(included), Decimal(0)))

        assert cost(model, [record(5, quantity)], included=included) == cost(model, [record(5, left)])


class TestRecords:
    @given(EVERY_MODEL, used, st.randoms(use_true_random=False))
    @EXAMPLES
    def test_their_order_never_matters(
        self, model: dict[str, Any], records: list[dict[str, Any]], random: Any
    ) -> None:
        shuffled = random.sample(records, len(records))

        assert cost(model, shuffled) == cost(model, records)

    @given(EVERY_MODEL, used)
    @EXAMPLES
    def test_the_same_record_twice_counts_once(
        self, model: dict[str, Any], records: list[dict[str, Any]]
    ) -> None:
        named = [{**told, "id": f"r{n}"} for n, told in enumerate(records)]

        assert cost(model, [*named, *named]) == cost(model, named)

    @given(EVERY_MODEL, used, amounts, amounts)
    @EXAMPLES
    def test_a_minimum_and_a_ceiling_hold(
        self, model: dict[str, Any], records: list[dict[str, Any]], one: str, other: str
    ) -> None:
        """To half a cent: both are rounded where the line is posted."""
        least, most = sorted((one, other), key=Decimal)

        found = cost(model, records, min_amount=least, cap_amount=most)

        half = Decimal("0.005")
        assert Decimal(least) - half <= found <= Decimal(most) + half


class TestAllowances:
    @given(st.one_of(per_unit, graduated), used, quantities)
    @EXAMPLES
    def test_a_pool_of_one_is_an_allowance_of_ones_own(
        self, model: dict[str, Any], records: list[dict[str, Any]], included: str
    ) -> None:
        assert cost(model, records, included=included, pool="p") == cost(model, records, included=included)

    @given(
        amounts,
        st.lists(st.tuples(st.integers(1, 31), quantities, st.integers(0, 2)), max_size=6),
        quantities,
    )
    @EXAMPLES
    def test_a_pool_covers_as_much_as_its_members_have_together(
        self, price: str, shared: list[tuple[int, str, int]], included: str
    ) -> None:
        """With one price a unit, three members pay for what all use beyond three allowances (to a cent each)."""
        records = [record(day, quantity, f"s{place}") for day, quantity, place in shared]
        everybody = [*records, *(record(1, "0", f"s{place}") for place in range(3))]

        found = Decimal(
            result(usage({"type": "per_unit", "unit_amount": price}, included=included, pool="p"), everybody)[
                "balance"
            ]
        )

        over = max(sum(Decimal(r["quantity"]) for r in records) - 3 * Decimal(included), Decimal(0))
        assert abs(found - over * Decimal(price)) <= Decimal("0.015")

    @given(
        amounts,
        st.lists(quantities, min_size=4, max_size=4),
        quantities,
        st.integers(1, 3),
        st.none() | quantities,
    )
    @EXAMPLES
    def test_rollover_never_makes_allowance(
        self, price: str, months: list[str], included: str, periods: int, cap: str | None
    ) -> None:
        """At least what is used beyond all allowances is paid, at most what is used beyond each month's own."""
        assume(Decimal(price))
        rollover = {"periods": periods, **({"cap": cap} if cap is not None else {})}
        plans = usage({"type": "per_unit", "unit_amount": price}, included=included, rollover=rollover)
        records = [
            {**record(5, quantity), "at": f"2026-{month:02d}-05T10:00:00Z"}
            for month, quantity in enumerate(months, start=1)
        ]

        found = Decimal(result(plans, records, bill=["2026-05-01"])["balance"])

        beyond_all = max(sum(map(Decimal, months)) - 4 * Decimal(included), Decimal(0)) * Decimal(price)
        beyond_each = sum(max(Decimal(m) - Decimal(included), Decimal(0)) for m in months) * Decimal(price)
        rounding = Decimal("0.02")
        assert beyond_all - rounding <= found <= beyond_each + rounding


class TestDocuments:
    @given(EVERY_MODEL, used, st.sampled_from(sorted(CURRENCIES)))
    @EXAMPLES
    def test_post_no_fraction_of_a_minor_unit(
        self, model: dict[str, Any], records: list[dict[str, Any]], code: str
    ) -> None:
        digits = CURRENCIES[code].digits
        taxes = [{"name": "VAT", "category": "standard", "rate": "9.975"}]

        for document in result(usage(model), records, currency=code, taxes=taxes)["documents"]:
            posted = [line["amount"] for line in document["lines"]]
            posted += [entry["amount"] for entry in document["taxes"]]
            for text in (*posted, document["subtotal"], document["total"], document["due"]):
                assert -Decimal(text).as_tuple().exponent == digits  # type: ignore[operator]
            assert sum(map(Decimal, posted)) == Decimal(document["total"])

    @given(EVERY_MODEL, used, st.sampled_from(["5", "19", "20", "9.975"]))
    @EXAMPLES
    def test_with_the_tax_inside_are_the_price(
        self, model: dict[str, Any], records: list[dict[str, Any]], rate: str
    ) -> None:
        taxes = [{"name": "VAT", "category": "standard", "rate": rate, "inclusive": True}]
        plain = result(usage(model), records)

        taxed = result(usage(model), records, taxes=taxes)

        assert [document["total"] for document in taxed["documents"]] == [
            document["total"] for document in plain["documents"]
        ]

    @given(EVERY_MODEL, used)
    @EXAMPLES
    def test_never_go_below_zero_without_a_negative_price(
        self, model: dict[str, Any], records: list[dict[str, Any]]
    ) -> None:
        assert cost(model, records) >= 0


def test_every_number_of_decimals_is_tried() -> None:
    assert {currency.digits for currency in CURRENCIES.values()} == {0, 2, 3, 4}


@pytest.mark.parametrize("strategy", [OF_A_QUANTITY, EVERY_MODEL])
def test_the_models_cost_something(strategy: st.SearchStrategy[dict[str, Any]]) -> None:
    """The properties must not hold for want of anything billed."""
    seen: set[str] = set()

    @given(strategy)
    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    def look(model: dict[str, Any]) -> None:
        if cost(model, [record(5, "250")]):
            seen.add(model["type"])

    look()
    expected = {"flat", "per_unit", "package", "graduated", "volume", "stairstep"}
    if strategy is EVERY_MODEL:
        expected |= {"percentage", "time_bands", "rate_table", "percentile"}
    assert seen == expected
