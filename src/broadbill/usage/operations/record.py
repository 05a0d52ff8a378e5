"""Taking in what was used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from broadbill.core.rating import ScenarioError
from broadbill.core.rating.usage_record import parse_usage
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.operations.events import record_event
from broadbill.usage.domain.errors import UsageRefused
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.models import UsageRecord
from broadbill.usage.operations.roll_up import roll_up

COLUMNS = ("account_id", "number", "subscription_id", "meter", "at", "timezone", "used_on", "quantity",
           "duration_seconds", "destination", "inward", "outward", "value", "source_id", "recorded_at",
           "recorded_on")  # fmt: skip
LOCK = "SELECT id FROM accounts_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# Asked once the accounts are locked, so that nobody changes them any more.
ZONES = """
SELECT account.id, profile.timezone
FROM accounts_account AS account JOIN accounts_profile AS profile ON profile.id = account.profile_id
WHERE account.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many records of a batch or a file were stored, had been seen already, or wait for an owner.

    `skipped` rows of a file count nothing by its map.
    """

    stored: int
    repeated: int
    skipped: int = 0
    aside: int = 0

    def __add__(self, other: TakenIn) -> TakenIn:
        return TakenIn(
            self.stored + other.stored,
            self.repeated + other.repeated,
            self.skipped + other.skipped,
            self.aside + other.aside,
        )


@transaction.atomic
def record_usage(*, records: Sequence[NewRecord], now: datetime, actor: str) -> TakenIn:
    """Store a batch of records with their daily sums, all or nothing; one whose id was seen already counts once.

    Takes the accounts' locks in id order. Raises: UsageRefused.
    """
    for place, record in enumerate(records, start=1):
        _refuse_unreadable(place, record)
    zones = _lock_accounts(records)
    fresh = _without_repeated(records)
    known = _take_numbers(Counter(record.account_id for record in fresh))
    taken = dict(known)
    rows = []
    for record in fresh:
        taken[record.account_id] += 1
        rows.append(_row(record, taken[record.account_id], zones[record.account_id], now))
    copy_rows("usage_usagerecord", COLUMNS, rows)
    roll_up(known)
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


def _lock_accounts(records: Sequence[NewRecord]) -> dict[int, ZoneInfo]:
    """Lock the accounts and return the zone that each has now. Raises: UsageRefused."""
    ids = sorted({record.account_id for record in records})
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ids])
        cursor.execute(ZONES, [ids])
        zones = {account_id: ZoneInfo(timezone) for account_id, timezone in cursor.fetchall()}
    for place, record in enumerate(records, start=1):
        if record.account_id not in zones:
            raise UsageRefused(place=place, reason=f"there is no account {record.account_id}")
    return zones


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


def _row(record: NewRecord, number: int, zone: ZoneInfo, now: datetime) -> tuple[object, ...]:
    return (
        record.account_id, number, record.subscription_id, record.meter, record.at, zone.key,
        record.at.astimezone(zone).date(), record.quantity, record.duration_seconds, record.to, record.inward,
        record.outward, record.value, record.source_id, now, now.astimezone(zone).date(),
    )  # fmt: skip
