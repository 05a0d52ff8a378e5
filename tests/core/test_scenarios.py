"""Every case of the shared table, through `simulate`."""

from __future__ import annotations

from typing import Any

import pytest

from broadbill.core.rating import ScenarioError, simulate
from tests.core.scenario_cases import cases, differences

BILLED = [pytest.param(case, id=name) for name, case in cases() if "error" not in case]
REFUSED = [pytest.param(case, id=name) for name, case in cases() if "error" in case]


@pytest.mark.parametrize("case", BILLED)
def test_a_scenario_is_billed_as_computed_by_hand(case: dict[str, Any]) -> None:
    assert differences(case["expect"], simulate(case["scenario"])) == []


@pytest.mark.parametrize("case", BILLED)
def test_a_line_can_be_redone_with_a_pencil(case: dict[str, Any]) -> None:
    for document in simulate(case["scenario"])["documents"]:
        for line in document["lines"]:
            assert line["because"], line


@pytest.mark.parametrize("case", BILLED)
def test_the_same_run_again_produces_nothing(case: dict[str, Any]) -> None:
    scenario = case["scenario"]
    again = {**scenario, "bill": [day for day in scenario["bill"] for _ in range(2)]}

    assert simulate(again) == simulate(scenario)


@pytest.mark.parametrize("case", REFUSED)
def test_input_the_contract_does_not_allow_is_refused_in_one_line(case: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError) as refusal:
        simulate(case["scenario"])

    assert str(refusal.value) == case["error"]
