"""`simulate`: a scenario in, its documents out. It bills through `propose`, as real accounts are billed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from broadbill.core.rating.events import Payment, living
from broadbill.core.rating.history import History
from broadbill.core.rating.lines import IssuedDocument, Rejected
from broadbill.core.rating.proposing import propose
from broadbill.core.rating.scenario import Scenario, parse_scenario
from broadbill.core.rating.writing import document_json


def simulate(raw: object) -> dict[str, Any]:
    """The documents of a scenario, its balance and what was rejected, ready for JSON.

    Raises: ScenarioError for anything that the contract does not allow.
    """
    return run(parse_scenario(raw))


def run(scenario: Scenario) -> dict[str, Any]:
    """Each bill run of a scenario in turn, knowing on each date what was recorded by then."""
    currency = scenario.history.account.currency
    issued: list[IssuedDocument] = []
    documents: list[dict[str, Any]] = []
    total = currency.zero
    rejected: tuple[Rejected, ...] = ()
    for place, day in enumerate(scenario.bill):
        known = scenario.history.known_on(day)
        paid = sum((event.amount for event in payments(known) if event.at <= day), Decimal(0))
        balance = total - currency.exact(paid) - scenario.opening_credit
        proposal = propose(known, on=day, issued=issued, balance=balance, runs=scenario.bill[:place])
        rejected = proposal.rejected
        for document in proposal.documents:
            number = len(issued) + 1
            issued.append(IssuedDocument(number=number, date=day, lines=document.lines))
            documents.append(document_json(document, number))
            total += document.total
    paid = sum((event.amount for event in payments(scenario.history)), Decimal(0))
    return {
        "documents": documents,
        "balance": str(total - currency.exact(paid) - scenario.opening_credit),
        "rejected": [{"usage": item.usage, "reason": item.reason} for item in rejected],
    }


def payments(history: History) -> list[Payment]:
    return [event for event in living(history.events) if isinstance(event, Payment)]
