"""The rating core: from frozen facts to proposed documents. Standard library only, pure, no clock.

`propose` is the one function that computes what is owed; `simulate` runs it over a scenario.
"""

from __future__ import annotations

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because, Step, render_because
from broadbill.core.rating.errors import ScenarioError
from broadbill.core.rating.events import Event, parse_event
from broadbill.core.rating.history import History
from broadbill.core.rating.lines import (
    Document,
    DocumentName,
    IssuedDocument,
    Line,
    Proposal,
    Rejected,
    TaxEntry,
)
from broadbill.core.rating.policy import Anchor, Policy
from broadbill.core.rating.proposing import propose
from broadbill.core.rating.rulebook import Rulebook
from broadbill.core.rating.scenario import Scenario, parse_scenario
from broadbill.core.rating.simulating import simulate
from broadbill.core.rating.usage_record import UsageRecord, parse_usage

__all__ = [
    "AccountTerms",
    "Anchor",
    "Because",
    "Document",
    "DocumentName",
    "Event",
    "History",
    "IssuedDocument",
    "Line",
    "Policy",
    "Proposal",
    "Rejected",
    "Rulebook",
    "Scenario",
    "ScenarioError",
    "Step",
    "TaxEntry",
    "UsageRecord",
    "parse_event",
    "parse_scenario",
    "parse_usage",
    "propose",
    "render_because",
    "simulate",
]
