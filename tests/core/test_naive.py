"""The engine agrees with a naive implementation that counts day by day."""

from __future__ import annotations

import os

import pytest

from tests.core.agreement import engine_and_naive, made_for

# PROPERTY_EXAMPLES asks for more than a quick run has time for; `python -m benchmarks.naive` for far more.
COUNT = max(int(os.environ.get("PROPERTY_EXAMPLES", "40")) * 3, 2000)


@pytest.mark.parametrize("first", range(0, COUNT, 100))
def test_the_engine_agrees_with_counting_days(first: int) -> None:
    for seed in range(first, min(first + 100, COUNT)):
        engine, naive = engine_and_naive(made_for(seed))

        assert engine == naive, seed
