"""The published JSON Schema agrees with what `simulate` accepts."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from broadbill.core.rating import ScenarioError, simulate
from broadbill.core.rating.schema import scenario_schema
from tests.core.scenario_cases import cases

SCHEMA = scenario_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
BILLED = [pytest.param(case["scenario"], id=name) for name, case in cases() if "error" not in case]
# What only the meaning of several places together can tell, and no schema says.
BEYOND_A_SCHEMA = "not a known key|must be one of|is required"
REFUSED = [
    pytest.param(case["scenario"], id=name)
    for name, case in cases()
    if "error" in case and any(words in case["error"] for words in BEYOND_A_SCHEMA.split("|"))
]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("scenario", BILLED)
def test_every_case_is_valid(scenario: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(_floats(scenario))] == []


@pytest.mark.parametrize("scenario", REFUSED)
def test_unknown_keys_and_values_are_invalid(scenario: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(_floats(scenario))


def test_an_unknown_key_is_refused_wherever_it_stands() -> None:
    for name, case in [item for item in cases() if "error" not in item[1]][::12]:
        for place, scenario in _with_a_stranger(case["scenario"]):
            with pytest.raises(ScenarioError, match=r"is not a known key|there is no charge"):
                simulate(scenario)
            assert not VALIDATOR.is_valid(_floats(scenario)), (name, place)


def _with_a_stranger(scenario: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The scenario with an unknown key in each of its objects in turn; `plans` and `price` name things freely."""

    def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict):
            if path[-1:] not in (("plans",), ("price",)):
                yield path
            for key, item in value.items():
                yield from places(item, (*path, key))
        elif isinstance(value, list):
            for i, item in enumerate(value):
                yield from places(item, (*path, i))

    for path in places(scenario, ()):
        changed = copy.deepcopy(scenario)
        target: Any = changed
        for step in path:
            target = target[step]
        target["stranger"] = 1
        yield ".".join(map(str, path)), changed


def _floats(value: Any) -> Any:
    """As a JSON reader without our care would have it: jsonschema knows no Decimal."""
    return json.loads(json.dumps(value, default=lambda d: float(d) if isinstance(d, Decimal) else str(d)))
