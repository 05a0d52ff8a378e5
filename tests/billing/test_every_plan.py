"""Every row of examples/plans, end to end: defined, sold, billed, explained, verified, simulated alike."""

from __future__ import annotations

import json
import re
import runpy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from broadbill.billing.models import Document
from broadbill.billing.queries.explain import explain_document
from broadbill.billing.queries.verify import verify_documents, verify_series
from broadbill.contracts.queries.verify import verify_terms
from broadbill.core.rating import simulate
from broadbill.ledger.queries.verify import verify_journal
from broadbill.payments.queries.verify import verify_payments
from tests.core.scenario_cases import differences
from tests.played import documents_of, play, simulated

TOP = Path(__file__).parents[2]
# A step that nobody put into words would show as its code, such as part_of_whole, or as an unfilled {0}.
UNTRANSLATED = re.compile(r"\{\d\}|\b[a-z]+_[a-z_]+\b")


def _rows() -> list[Any]:
    return [
        pytest.param(json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal), id=path.stem)
        for path in sorted((TOP / "examples" / "plans").glob("*.json"))
    ]


@pytest.mark.parametrize("row", _rows())
def test_says_what_it_sells_and_how_its_bills_are_worked_out(row: dict[str, Any]) -> None:
    assert row.keys() == {"group", "sells", "arithmetic", "scenario", "expect"}
    assert row["sells"]
    assert row["arithmetic"]
    assert row["expect"]["documents"]


@pytest.mark.parametrize("row", _rows())
def test_is_simulated_as_worked_out(row: dict[str, Any]) -> None:
    result = simulate(row["scenario"])

    assert differences(row["expect"], result) == []
    assert result["rejected"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("row", _rows())
def test_is_sold_billed_explained_and_verified(row: dict[str, Any]) -> None:
    played = play(row["scenario"])

    assert documents_of(played) == simulated(simulate(row["scenario"]))
    for number in Document.objects.order_by("id").values_list("number", flat=True):
        for line in explain_document(number).lines:
            assert line.because
            assert [step for step in line.because if not step or UNTRANSLATED.search(step)] == []
    deviations = [
        *verify_series(),
        *verify_documents(),
        *verify_journal(),
        *verify_payments(),
        *verify_terms(),
    ]
    assert [str(deviation) for deviation in deviations] == []


def test_the_reference_page_lists_every_row_as_it_is() -> None:
    written = runpy.run_path(str(TOP / "scripts" / "write-plans-reference"))["page"]()

    page = (TOP / "docs" / "reference" / "plans.md").read_text(encoding="utf-8")
    assert page == written, "run scripts/write-plans-reference"
