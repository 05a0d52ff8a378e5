"""Recording that service was out, with the credit that was agreed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account, lock_accounts
from broadbill.contracts.domain.errors import FactRefused, OutageOnRecord
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.domain.outage_time import Span, uncounted
from broadbill.contracts.operations.discounts import refuse_unsold
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.queries.outage_time import outages_on_record
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

    Time for which an outage of a charge is on record, by whomever, is not recorded again.
    Raises: SubscriptionUnknown, SubscriptionEnded naming those that were not in service when it began,
    ChargeNotSold, FactRefused, OutageOnRecord where all of it is.
    """
    services = services_named(subscription_ids=subscription_ids, moment=outage.starts)
    refuse_unsold(outage.charges, services, subject="None of these subscriptions")
    lock_accounts(service.account_id for service in services)
    known = _on_record(outage, services)
    facts = [
        _fact(replace(outage, starts=starts, ends=ends), service, service.subscription_id, charges)
        for service in services
        for (starts, ends), charges in _left(outage, service, known).items()
    ]
    if not facts:
        raise OutageOnRecord(starts=outage.starts, ends=outage.ends)
    return record_facts(facts=facts, now=now, actor=actor)


@transaction.atomic
def record_outage_of_account(*, outage: NewOutage, account_id: int, now: datetime, actor: str) -> int:
    """Record that everything an account has was out, and return the fact's number.

    Where an outage of a part is on record, what is left is recorded of each service; then the first one's number.
    Raises: AccountUnknown, ChargeNotSold, FactRefused, OutageOnRecord.
    """
    account = lock_account(account_id)
    services = services_of(account_id=account_id, moment=outage.starts)
    if not services:
        raise FactRefused(reason=f"account {account.number} had nothing in service then")
    refuse_unsold(outage.charges, services, subject=f"Account {account.number}")
    if _on_record(outage, services):
        paying = [one.subscription_id for one in services if one.recurring]
        return record_outage(outage=outage, subscription_ids=paying, now=now, actor=actor)[0]
    recurring = tuple(dict.fromkeys(code for service in services for code in service.recurring))
    fact = _fact(outage, services[0], None, outage.charges or recurring)
    return record_facts(facts=[fact], now=now, actor=actor)[0]


def _on_record(outage: NewOutage, services: Sequence[Service]) -> dict[tuple[int, str], list[Span]]:
    ids = [service.subscription_id for service in services]
    return outages_on_record(subscription_ids=ids, starts=outage.starts, ends=outage.ends)


def _left(
    outage: NewOutage, service: Service, known: Mapping[tuple[int, str], Sequence[Span]]
) -> dict[Span, list[str]]:
    """The spans of a service's outage that are not on record, each with its charges.

    Nothing is left out of an outage that nothing overlaps, so that what is wrong with it is told as ever.
    """
    charges = outage.charges or service.recurring
    if not any((service.subscription_id, code) in known for code in charges):
        return {(outage.starts, outage.ends): list(charges)}
    left: dict[Span, list[str]] = {}
    for code in charges:
        counted = known.get((service.subscription_id, code), ())
        for span in uncounted((outage.starts, outage.ends), counted):
            left.setdefault(span, []).append(code)
    return left


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
