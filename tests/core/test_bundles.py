"""What holds for every bundle: its parts are the whole, whatever the weights and whatever happens."""

from __future__ import annotations

import copy
import os
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from broadbill.core.rating import simulate
from tests.core.random_scenarios import months, scenario, wide_scenario

SEEDS = st.integers(min_value=0, max_value=2**40)
WEIGHTS = st.lists(st.decimals("0.0001", "99999", places=4), min_size=1, max_size=6)
EXAMPLES = settings(
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "40")), deadline=None, derandomize=True
)
BUNDLED = ("recurring", "one_off", "usage", "instalments")


def in_parts(made: dict[str, Any], *, access: tuple[str, ...] = (), others: tuple[str, ...] = ()) -> Any:
    """The scenario with its charges in parts of these weights, or whole where there are none."""
    made = copy.deepcopy(made)
    for plan in made["plans"].values():
        for charge in plan["charges"]:
            charge.pop("parts", None)
            weights = access if charge["code"] == "access" else others
            if weights and charge["type"] in BUNDLED:
                charge["parts"] = [{"code": f"p{i}", "weight": weight} for i, weight in enumerate(weights)]
    return {**made, "bill": months()}


def money_by_day(result: dict[str, Any]) -> dict[tuple[Any, ...], Decimal]:
    """The sum of each day, subscription, charge (the parts of a bundle together) and kind of line."""
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for document in result["documents"]:
        for line in document["lines"]:
            charge = line["charge"] and line["charge"].partition(".")[0]
            sums[document["date"], line["subscription"], charge, line["kind"]] += Decimal(line["amount"])
    return {place: amount for place, amount in sums.items() if amount}


@given(SEEDS, WEIGHTS)
@EXAMPLES
def test_the_parts_of_a_bundle_add_up_to_its_price_on_every_document(
    seed: int, weights: list[Decimal]
) -> None:
    made = scenario(seed)

    split = simulate(in_parts(made, access=tuple(map(str, weights))))

    assert money_by_day(split) == money_by_day(simulate(in_parts(made)))


@given(SEEDS)
@EXAMPLES
def test_a_bundle_of_one_part_is_billed_as_if_it_were_none(seed: int) -> None:
    made = wide_scenario(seed)

    alone = simulate(in_parts(made, access=("7",), others=("0.5",)))

    assert without_parts(alone) == without_parts(simulate(in_parts(made)))


def without_parts(result: dict[str, Any]) -> dict[str, Any]:
    """The result as if its bundles were none: charges by their own code, without what tells of the allocation.

    What is owed no more has lost its place on a document, so lines are put into an order of their own.
    """
    told = copy.deepcopy(result)
    for document in told["documents"]:
        for line in document["lines"]:
            line["charge"] = line["charge"] and line["charge"].removesuffix(".p0")
            for key in ("description", "unit_amount", "because"):
                del line[key]
        document["lines"].sort(key=str)
    return told


def test_what_is_said_of_random_bundles_is_said_of_many_lines() -> None:
    """The properties must not hold for want of bundles that are billed and corrected."""
    results = [simulate({**scenario(seed), "bill": months()}) for seed in range(60)]
    lines = [line for result in results for document in result["documents"] for line in document["lines"]]
    parts = [line for line in lines if "." in (line["charge"] or "")]

    assert len(parts) > 300
    assert sum(Decimal(line["amount"]) < 0 for line in parts) > 100
