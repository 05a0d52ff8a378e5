"""Writing rows that were read, some thousands at a time, through the operations of the modules below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

from django.db import connection

from broadbill.accounts.operations.open_accounts import open_accounts
from broadbill.catalog.models import Plan
from broadbill.contracts.operations.contracts import NewContract, make_contracts
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe_many
from broadbill.imports.domain.records import Record, SubscriptionRecord
from broadbill.payments.operations.opening import OpeningBalance, open_balances


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What every chunk of an import is written with."""

    plans: Mapping[str, Plan]
    now: datetime
    actor: str


def write_records(records: Sequence[Record], writing: Writing) -> None:
    """Write the records inside the caller's transaction. Nothing is billed: a bill run finds them due."""
    now, actor = writing.now, writing.actor
    ids = open_accounts(accounts=[record.account for record in records], now=now, actor=actor)
    contract_ids = _write_contracts(records, ids, writing)
    subscriptions = [
        _subscription(subscription, record, account_id, contract_id, writing.plans)
        for record, account_id, contract_id in zip(records, ids, contract_ids, strict=True)
        for subscription in record.subscriptions
    ]
    if subscriptions:
        subscribe_many(subscriptions=subscriptions, now=now, actor=actor)
    balances = [
        OpeningBalance(account_id=account_id, amount=record.balance.amount, as_of=record.balance.as_of)
        for record, account_id in zip(records, ids, strict=True)
        if record.balance
    ]
    if balances:
        open_balances(balances=balances, now=now, actor=actor)
    _settle_constraints()


def _write_contracts(
    records: Sequence[Record], account_ids: Sequence[int], writing: Writing
) -> list[int | None]:
    """The contract's id of each record, None where it has no contract."""
    contracts = [
        NewContract(
            number=record.contract.number,
            account_id=account_id,
            starts_on=record.contract.starts_on,
            term_months=record.contract.term_months,
            **record.contract.terms,
        )
        for record, account_id in zip(records, account_ids, strict=True)
        if record.contract
    ]
    if not contracts:
        return list(repeat(None, len(records)))
    made = iter(make_contracts(contracts=contracts, now=writing.now, actor=writing.actor))
    return [next(made) if record.contract else None for record in records]


def _subscription(
    subscription: SubscriptionRecord,
    record: Record,
    account_id: int,
    contract_id: int | None,
    plans: Mapping[str, Plan],
) -> NewSubscription:
    return NewSubscription(
        account_id=account_id,
        plan=plans[subscription.plan],
        starts_on=subscription.starts_on,
        quantity=subscription.quantity,
        prices=subscription.prices,
        term_months=record.contract.term_months if record.contract else None,
        extras=subscription.extras,
        contract_id=contract_id,
    )


def _settle_constraints() -> None:
    """Run the checks put off to the commit: the server would remember every row of them until then."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
