"""The shared cases of the scenario contract, through database, run and verify."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from broadbill.billing.queries.verify import verify_documents, verify_series
from broadbill.contracts.queries.verify import verify_terms
from broadbill.core.rating import simulate
from broadbill.ledger.queries.verify import verify_journal
from broadbill.payments.queries.verify import verify_payments
from tests.played import documents_of, play, simulated

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((Path(__file__).parents[1] / "scenarios").rglob("*.json"))
    for case in json.loads(path.read_text(), parse_float=Decimal)
    if "scenario" in case and "error" not in case
]


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_database_and_simulator_bill_the_same(case: dict[str, Any]) -> None:
    expected = simulated(simulate(case["scenario"]))

    played = play(case["scenario"])

    assert documents_of(played) == expected
    deviations = [
        *verify_series(),
        *verify_documents(),
        *verify_journal(),
        *verify_payments(),
        *verify_terms(),
    ]
    assert [str(deviation) for deviation in deviations] == []
