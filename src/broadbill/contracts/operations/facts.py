"""Recording what became true. The only writer of the history that rating reads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from broadbill.contracts.domain.errors import FactRefused
from broadbill.contracts.domain.fact import NewFact
from broadbill.core.rating import ScenarioError, parse_event
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.operations.events import NewEvent, record_events

FACT = ("account_id", "number", "kind", "subscription_id", "effective_on", "detail", "recorded_at",
        "recorded_by")  # fmt: skip


@transaction.atomic
def record_facts(*, facts: Sequence[NewFact], now: datetime, actor: str) -> list[int]:
    """Record facts in order and return their numbers, each counted within its account.

    Takes the accounts' locks in id order, so a bill run sees all of a fact's transaction or nothing.
    Raises: FactRefused when the rating core could not read one.
    """
    for fact in facts:
        _refuse_unreadable(fact)
    taken = _take_numbers(Counter(fact.account_id for fact in facts))
    numbers = []
    for fact in facts:
        taken[fact.account_id] += 1
        numbers.append(taken[fact.account_id])
    copy_rows(
        "contracts_fact",
        FACT,
        (
            (fact.account_id, number, fact.kind, fact.subscription_id, fact.effective_on,
             json.dumps(fact.detail), now, actor)
            for fact, number in zip(facts, numbers, strict=True)
        ),
    )  # fmt: skip
    record_events([_event(fact, number, now, actor) for fact, number in zip(facts, numbers, strict=True)])
    return numbers


def _refuse_unreadable(fact: NewFact) -> None:
    try:
        parse_event(0, fact.as_event())
    except ScenarioError as error:
        raise FactRefused(reason=str(error).removeprefix("events[0].")) from error


def _take_numbers(wanted: Counter[int]) -> dict[int, int]:
    """The last number used by each account before now; the rows stay locked until the transaction ends."""
    account_ids = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM accounts_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [account_ids]
        )
        cursor.execute(
            "UPDATE accounts_account SET facts_recorded = facts_recorded + fresh.count"
            " FROM unnest(%s::bigint[], %s::int[]) AS fresh(account, count) WHERE id = fresh.account"
            " RETURNING id, facts_recorded - fresh.count",
            [account_ids, [wanted[account_id] for account_id in account_ids]],
        )
        return dict(cursor.fetchall())


def _event(fact: NewFact, number: int, now: datetime, actor: str) -> NewEvent:
    on_subscription = fact.subscription_id is not None
    return NewEvent(
        occurred_at=now,
        actor=actor,
        verb=f"{'subscription' if on_subscription else 'account'}.{fact.kind}",
        object_type="subscription" if on_subscription else "account",
        object_id=str(fact.subscription_id if on_subscription else fact.account_id),
        account_id=fact.account_id,
        data={"fact": number, "effective_on": fact.effective_on.isoformat(), **fact.detail},
    )
