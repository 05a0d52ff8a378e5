"""Whatever stands in the place of something sensible, a scenario is billed or refused in one clear line."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from broadbill.core.rating import ScenarioError, simulate
from tests.core.random_scenarios import months, wide_scenario

STRANGE: list[Any] = [
    None, [], {}, "", -1, "x", True, 10**40, "2026-13-01", "1e5", 0, "0", "-1", Decimal("0.5"), Decimal("1E+25"),
    "9999-12-31", "2199-12-31", "1900-01-01", [1], {"a": 1}, "start", 31, "24:00", "2026-01-01T00:00:00Z", "9" * 30,
    "day", "none", float("nan"), 1.5,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(0, 400, 20))
def test_a_strange_value_is_billed_or_refused_in_one_line(seed: int) -> None:
    for number in range(seed, seed + 20):
        random = Random(number)
        scenario = copy.deepcopy({**wide_scenario(number), "bill": months(5)})
        path = random.choice(list(places(scenario)))
        target: Any = scenario
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = random.choice(STRANGE)

        answer = billed_or_refused(scenario)

        assert isinstance(answer, dict) or (": " in answer and "\n" not in answer)


def billed_or_refused(scenario: dict[str, Any]) -> dict[str, Any] | str:
    try:
        return simulate(scenario)
    except ScenarioError as refusal:
        return str(refusal)


@pytest.mark.parametrize("key", ["currency", "plans", "bill"])
def test_a_missing_key_is_named(key: str) -> None:
    scenario = {**wide_scenario(1), "bill": months(2)}
    del scenario[key]

    with pytest.raises(ScenarioError, match=f"^{key}: is required$"):
        simulate(scenario)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield (*path, step)
        yield from places(item, (*path, step))
