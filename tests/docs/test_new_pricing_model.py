"""The guide's example of a new pricing model does what the guide says."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from broadbill.core.rating import ScenarioError, simulate
from broadbill.core.rating.models.base import Model
from broadbill.core.rating.registry import OF_QUANTITIES, figure_key
from broadbill.core.rating.schema import scenario_schema

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "new-pricing-model.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", GUIDE, re.DOTALL)
FILE, LINE = [text for language, text in BLOCKS if language == "python"]
PRICE, SCENARIO = [json.loads(text) for language, text in BLOCKS if language == "json"]
[BECAUSE] = [text for language, text in BLOCKS if not language]


@pytest.fixture
def rounded_to(monkeypatch: pytest.MonkeyPatch) -> type[Model]:
    """The model of the guide, registered by the guide's own line."""
    module = ModuleType("rounded_to")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(FILE, "docs/guides/new-pricing-model.md", "exec"), module.__dict__)
    for name, model in eval("{" + LINE + "}", module.__dict__).items():
        monkeypatch.setitem(OF_QUANTITIES, name, model)
    return OF_QUANTITIES["rounded_to"]


def recurring(price: dict[str, Any]) -> dict[str, Any]:
    charge = {"code": "access", "type": "recurring", "period": "month", "model": price}
    events = [{"do": "subscribe", "id": "s1", "plan": "net", "at": "2026-02-01", "quantity": "7"}]
    plans = {"net": {"charges": [charge]}}
    return {"currency": "CHF", "plans": plans, "events": events, "bill": ["2026-02-01"]}


@pytest.mark.usefixtures("rounded_to")
def test_the_example_is_billed_as_the_guide_says() -> None:
    [document] = simulate(SCENARIO)["documents"]
    [line] = document["lines"]

    assert "bills 2.35, because" in GUIDE
    assert line["amount"] == "2.35"
    assert line["because"] == BECAUSE.splitlines()


@pytest.mark.usefixtures("rounded_to")
def test_it_prices_recurring_charges_as_well() -> None:
    [document] = simulate(recurring(PRICE))["documents"]

    assert document["total"] == "2.35"  # 7 × 0.33 = 2.31, up to 2.35


@pytest.mark.usefixtures("rounded_to")
def test_the_published_schema_knows_it() -> None:
    validator = jsonschema.Draft202012Validator(scenario_schema())

    assert validator.is_valid(SCENARIO)
    assert not validator.is_valid(recurring({**PRICE, "stranger": 1}))


def test_a_price_of_two_keys_is_not_one_figure(rounded_to: type[Model]) -> None:
    assert rounded_to.takes
    assert figure_key(PRICE) is None
    assert figure_key({"type": "per_unit", "unit_amount": "0.33"}) == "unit_amount"


def test_without_its_line_in_the_registry_it_is_refused() -> None:
    with pytest.raises(ScenarioError, match="must be one of flat, per_unit"):
        simulate(SCENARIO)
