"""Suspending and resuming many subscriptions at once, as the business itself does, not a person at a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.terms import rebuild_terms_of


@dataclass(frozen=True, slots=True)
class Switch:
    """A subscription whose service stops or starts again on a day within its time of service."""

    account_id: int
    subscription_id: int
    on: date


def suspend_many(*, switches: Sequence[Switch], reason: str, now: datetime, actor: str) -> None:
    """Stop service and recurring charges. The reason stands in the fact. A fixed number of queries."""
    _record("suspend", switches, {"reason": reason}, now, actor)


def resume_many(*, switches: Sequence[Switch], now: datetime, actor: str) -> None:
    """Start service again; the day of resuming is charged. A fixed number of queries."""
    _record("resume", switches, {}, now, actor)


def cancel_many(*, switches: Sequence[Switch], now: datetime, actor: str) -> None:
    """End subscriptions on their days. A fixed number of queries."""
    _record("cancel", switches, {}, now, actor)


@transaction.atomic
def _record(kind: str, switches: Sequence[Switch], detail: dict[str, str], now: datetime, actor: str) -> None:
    if not switches:
        return
    facts = [
        NewFact(
            account_id=switch.account_id,
            kind=kind,
            effective_on=switch.on,
            subscription_id=switch.subscription_id,
            detail=detail,
        )
        for switch in switches
    ]
    record_facts(facts=facts, now=now, actor=actor)
    rebuild_terms_of(account_ids=sorted({switch.account_id for switch in switches}), now=now)
