"""Where a scenario stops being allowed: the words of each refusal, and what stands just inside the limit."""

from __future__ import annotations

from typing import Any

import pytest

from broadbill.core.rating import ScenarioError, simulate
from tests.core.limits import events, models, plans, scenarios, usage
from tests.core.limits.taken import TAKEN

REFUSED = [*scenarios.REFUSED, *plans.REFUSED, *models.REFUSED, *usage.REFUSED, *events.REFUSED]


@pytest.mark.parametrize(("made", "error"), REFUSED, ids=[error for _, error in REFUSED])
def test_beyond_its_limits_a_scenario_is_refused_with_the_place(made: Any, error: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        simulate(made)

    assert str(refusal.value) == error


@pytest.mark.parametrize("made", TAKEN)
def test_at_its_limits_a_scenario_is_billed(made: dict[str, Any]) -> None:
    assert "documents" in simulate(made)
