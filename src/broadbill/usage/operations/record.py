"""Taking in what was used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from broadbill.core.rating import ScenarioError
from broadbill.core.rating.usage_record import parse_usage
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.operations.events import record_event
from broadbill.usage.domain.new_record import NewRecord, UsageRefused
from broadbill.usage.models import UsageRecord

COLUMNS = ("account_id", "number", "subscription_id", "meter", "at", "quantity", "duration_seconds", "destination",
           "inward", "outward", "value", "source_id", "recorded_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many records of a batch were stored, and how many had been seen already."""

    stored: int
    repeated: int


@transaction.atomic
def record_usage(*, records: Sequence[NewRecord], now: datetime, actor: str) -> TakenIn:
    """Store a batch of records, all or nothing; a record whose id was seen already counts once.

    Takes the accounts' locks in id order. Raises: UsageRefused.
    """
    for place, record in enumerate(records, start=1):
        _refuse_unreadable(place, record)
    _lock_accounts(records)
    fresh = _without_repeated(records)
    taken = _take_numbers(Counter(record.account_id for record in fresh))
    rows = []
    for record in fresh:
        taken[record.account_id] += 1
        rows.append(_row(record, taken[record.account_id], now))
    copy_rows("usage_usagerecord", COLUMNS, rows)
    repeated = len(records) - len(fresh)
    record_event(
        actor=actor,
        verb="usage.recorded",
        object_type="usage",
        object_id=now.isoformat(),
        occurred_at=now,
        data={"stored": len(fresh), "repeated": repeated},
    )
    return TakenIn(len(fresh), repeated)


def _refuse_unreadable(place: int, record: NewRecord) -> None:
    try:
        parse_usage(0, record.as_scenario())
    except ScenarioError as error:
        raise UsageRefused(place=place, reason=str(error).removeprefix("usage[0].")) from error


def _lock_accounts(records: Sequence[NewRecord]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM accounts_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted({record.account_id for record in records})],
        )


def _without_repeated(records: Sequence[NewRecord]) -> list[NewRecord]:
    named = {(record.account_id, record.source_id) for record in records if record.source_id is not None}
    known = UsageRecord.objects.filter(
        account_id__in={account_id for account_id, _ in named}, source_id__in={source for _, source in named}
    )
    seen = set(known.values_list("account_id", "source_id"))
    fresh = []
    for record in records:
        name = (record.account_id, record.source_id)
        if name not in seen:
            fresh.append(record)
        if record.source_id is not None:
            seen.add(name)
    return fresh


def _take_numbers(wanted: Counter[int]) -> dict[int, int]:
    """The last number used by each account before now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_account SET usage_recorded = usage_recorded + fresh.count"
            " FROM unnest(%s::bigint[], %s::int[]) AS fresh(account, count) WHERE id = fresh.account"
            " RETURNING id, usage_recorded - fresh.count",
            [list(wanted), list(wanted.values())],
        )
        return dict(cursor.fetchall())


def _row(record: NewRecord, number: int, now: datetime) -> tuple[object, ...]:
    return (
        record.account_id, number, record.subscription_id, record.meter, record.at, record.quantity,
        record.duration_seconds, record.to, record.inward, record.outward, record.value, record.source_id, now,
    )  # fmt: skip
