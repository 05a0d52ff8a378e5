"""Whether the engine and the naive second implementation bill the same money for a random scenario."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from broadbill.core.rating import simulate
from tests.core.naive import Naive
from tests.core.random_scenarios import months, scenario

BILL = months()
Money = dict[tuple[str, str], Decimal]


def made_for(seed: int) -> dict[str, Any]:
    """The scenario of a seed, billed each month."""
    return {**scenario(seed, countable=True), "bill": BILL}


def engine_and_naive(made: dict[str, Any]) -> tuple[Money, Money]:
    """What each bills in all, by subscription and charge or part; places without money are left out."""
    engine: Money = defaultdict(Decimal)
    for document in simulate(made)["documents"]:
        for line in document["lines"]:
            engine[line["subscription"], line["charge"]] += Decimal(line["amount"])
    naive = Naive(made, date.fromisoformat(BILL[-1])).money()
    return {place: amount for place, amount in engine.items() if amount}, naive
