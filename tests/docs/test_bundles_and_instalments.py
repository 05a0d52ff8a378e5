"""The guide's bundle and its router are billed as the guide says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema

from broadbill.core.rating import simulate
from broadbill.core.rating.schema import scenario_schema

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "bundles-and-instalments.md"
SCENARIO, BILL = re.findall(r"```(?:json)?\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def printed(document: dict[str, Any]) -> list[str]:
    rows = [(line["description"], line["amount"]) for line in document["lines"]]
    rows += [(f"{tax['name']} {tax['rate']} % of {tax['base']}", tax["amount"]) for tax in document["taxes"]]
    return [f"{name:<28}{amount:>10}" for name, amount in (*rows, ("Total", document["total"]))]


def test_the_example_is_billed_as_the_guide_says() -> None:
    [document] = simulate(json.loads(SCENARIO))["documents"]

    assert printed(document) == BILL.splitlines()


def test_the_example_is_what_the_schema_allows() -> None:
    assert jsonschema.Draft202012Validator(scenario_schema()).is_valid(json.loads(SCENARIO))
