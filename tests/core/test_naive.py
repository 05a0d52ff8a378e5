"""The engine agrees with a naive implementation that counts day by day."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from broadbill.core.rating import simulate
from tests.core.naive import Naive
from tests.core.random_scenarios import months, scenario

LAST = months()[-1]


COUNT = max(int(os.environ.get("PROPERTY_EXAMPLES", "40")) * 3, 100)


@pytest.mark.parametrize("first", range(0, COUNT, 25))
def test_the_engine_agrees_with_counting_days(first: int) -> None:
    for seed in range(first, first + 25):
        made = {**scenario(seed, only_recurring=True), "bill": [*months()[:-1], LAST]}
        engine: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for document in simulate(made)["documents"]:
            for line in document["lines"]:
                engine[line["subscription"], line["charge"]] += Decimal(line["amount"])

        known = {**made, "events": [e for e in made["events"] if e.get("recorded", e["at"]) <= LAST]}
        if len(known["events"]) < len(made["events"]):
            continue
        naive = Naive(known, date.fromisoformat(LAST)).money()

        assert {place: amount for place, amount in engine.items() if amount} == naive, seed
