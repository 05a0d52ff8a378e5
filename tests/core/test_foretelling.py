"""Every case of the shared table again: when more falls due, and a run that starts where the last one ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from broadbill.core.rating import IssuedDocument, parse_scenario, propose
from broadbill.core.rating.history import History
from tests.core.scenario_cases import cases

CASES = [pytest.param(case["scenario"], id=name) for name, case in cases() if "error" not in case]
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize("scenario", CASES)
def test_the_quick_path_bills_what_the_full_path_bills(scenario: dict[str, Any]) -> None:
    resume: date | None = None
    facts: tuple[int, int] | None = None
    for day, known, issued in runs(scenario):
        full = propose(known, on=day, issued=issued)
        if resume is not None and facts == (len(known.events), len(known.usage)):
            quick = propose(known, on=day, since=resume)

            assert (quick.documents, quick.next_due_on) == (full.documents, full.next_due_on)
        resume, facts = full.resume, (len(known.events), len(known.usage))


@pytest.mark.parametrize("scenario", CASES)
def test_nothing_falls_due_before_the_day_that_was_foretold(scenario: dict[str, Any]) -> None:
    for day, known, issued in runs(scenario):
        proposal = propose(known, on=day, issued=issued)
        standing = [*issued, *numbered(proposal.documents, issued, day)]
        last = min(proposal.next_due_on or date.max, day + timedelta(days=40)) - ONE_DAY

        assert propose(known, on=last, issued=standing).documents == ()


def runs(scenario: dict[str, Any]) -> Iterator[tuple[date, History, list[IssuedDocument]]]:
    """Each run of a scenario, and after the last one three more: what is known then and what was issued before."""
    read = parse_scenario(scenario)
    last = read.bill[-1]
    issued: list[IssuedDocument] = []
    for day in sorted({*read.bill, *(last + timedelta(days=days) for days in (1, 31, 62))}):
        known = read.history.known_on(day)
        yield day, known, issued
        issued = [*issued, *numbered(propose(known, on=day, issued=issued).documents, issued, day)]


def numbered(documents: Any, issued: list[IssuedDocument], day: date) -> list[IssuedDocument]:
    return [
        IssuedDocument(number=len(issued) + place, date=day, lines=document.lines)
        for place, document in enumerate(documents, start=1)
    ]
