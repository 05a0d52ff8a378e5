"""Recording that service was out, with the credit that was agreed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.contracts.domain.errors import FactRefused
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.discounts import refuse_unsold
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.queries.services import Service, services_named, services_of


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOutage:
    """Service was out from the instant `starts` up to `ends`.

    `credit` is the rule of the scenario contract's `outage` but for `of`: per, multiple, min_minutes, max_units or
    steps. `charges` are those it is given of; empty means all recurring charges.
    """

    starts: datetime
    ends: datetime
    credit: Mapping[str, Any]
    charges: tuple[str, ...] = ()

    def detail(self, of: Sequence[str]) -> dict[str, Any]:
        return {
            "from": self.starts.astimezone(UTC).isoformat(),
            "to": self.ends.astimezone(UTC).isoformat(),
            "credit": {**self.credit, "of": list(of)},
        }


@transaction.atomic
def record_outage(
    *, outage: NewOutage, subscription_ids: Sequence[int], now: datetime, actor: str
) -> list[int]:
    """Record one outage of any number of subscriptions, and return the numbers of their facts. All or nothing.

    Raises: SubscriptionUnknown, SubscriptionEnded naming those that were not in service when it began,
    ChargeNotSold, FactRefused.
    """
    services = services_named(subscription_ids=subscription_ids, moment=outage.starts)
    refuse_unsold(outage.charges, services, subject="None of these subscriptions")
    facts = [
        _fact(outage, service, service.subscription_id, outage.charges or service.recurring)
        for service in services
    ]
    return record_facts(facts=facts, now=now, actor=actor)


@transaction.atomic
def record_outage_of_account(*, outage: NewOutage, account_id: int, now: datetime, actor: str) -> int:
    """Record that everything an account has was out, and return the fact's number.

    Raises: AccountUnknown, ChargeNotSold, FactRefused.
    """
    account = lock_account(account_id)
    services = services_of(account_id=account_id, moment=outage.starts)
    if not services:
        raise FactRefused(reason=f"account {account.number} had nothing in service then")
    refuse_unsold(outage.charges, services, subject=f"Account {account.number}")
    recurring = tuple(dict.fromkeys(code for service in services for code in service.recurring))
    fact = _fact(outage, services[0], None, outage.charges or recurring)
    return record_facts(facts=[fact], now=now, actor=actor)[0]


def _fact(outage: NewOutage, service: Service, subscription_id: int | None, of: Sequence[str]) -> NewFact:
    if not of:
        raise FactRefused(reason=f"{service.name} has no recurring charge to give credit of")
    return NewFact(
        account_id=service.account_id,
        kind="outage",
        effective_on=service.day,
        subscription_id=subscription_id,
        detail=outage.detail(of),
    )
