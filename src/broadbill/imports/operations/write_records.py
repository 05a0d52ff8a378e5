"""Writing rows that were read, some thousands at a time, through the operations of the modules below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import repeat

from django.db import connection

from broadbill.accounts.operations.open_accounts import open_accounts
from broadbill.catalog.models import Plan
from broadbill.contracts.operations.contracts import NewContract, make_contracts
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe_many
from broadbill.imports.domain.records import Record, SubscriptionRecord
from broadbill.imports.operations.statistics import count_small_tables_anew, keep_autovacuum_off
from broadbill.payments.operations.opening import OpeningBalance, open_balances


class RecordWriter:
    """Writes the records of an import chunk by chunk, inside the caller's transaction.

    Nothing is billed: a bill run finds the new accounts due.
    """

    def __init__(self, *, plans: Mapping[str, Plan], now: datetime, actor: str) -> None:
        self._plans = plans
        self._now = now
        self._actor = actor
        self._has_written = False

    def write(self, records: Sequence[Record]) -> None:
        first, self._has_written = not self._has_written, True
        if first:
            keep_autovacuum_off()
        self._write(records)
        if first:
            count_small_tables_anew()
        _settle_constraints()

    def _write(self, records: Sequence[Record]) -> None:
        now, actor = self._now, self._actor
        ids = open_accounts(accounts=[record.account for record in records], now=now, actor=actor)
        contract_ids = self._write_contracts(records, ids)
        subscriptions = [
            _subscription(subscription, record, account_id, contract_id, self._plans)
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

    def _write_contracts(self, records: Sequence[Record], account_ids: Sequence[int]) -> list[int | None]:
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
        made = iter(make_contracts(contracts=contracts, now=self._now, actor=self._actor))
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
