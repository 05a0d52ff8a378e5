"""Taking in a file of usage, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.contracts.queries.find import subscriptions_named
from broadbill.core.rating import ScenarioError
from broadbill.core.rating.usage_record import parse_usage
from broadbill.usage.adapters.usage_file import Row, read_rows
from broadbill.usage.domain.new_record import NewRecord, UsageFileRefused
from broadbill.usage.operations.record import TakenIn, record_usage

ROWS_PER_BATCH = 10_000
PROBLEMS_TOLD = 20
# Account number and subscription code to their ids.
Names = Mapping[tuple[str, str], tuple[int, int]]


@transaction.atomic
def take_in_file(*, file: Path, now: datetime, actor: str) -> TakenIn:
    """Store a file's records. Each names its `account` and `subscription`, the rest as in the scenario contract.

    The file is read twice, so that every wrong row is told before the first is stored, in bounded memory.
    Raises: UsageFileRefused with the wrong rows by their lines.
    """
    names = _names_in(file)
    _refuse_wrong_rows(file, names)
    lock_accounts({account_id for account_id, _ in names.values()})
    stored = repeated = 0
    rows = read_rows(file)
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        taken = record_usage(records=[_record(row, names) for row in batch], now=now, actor=actor)
        stored, repeated = stored + taken.stored, repeated + taken.repeated
    return TakenIn(stored, repeated)


def _names_in(file: Path) -> Names:
    return subscriptions_named(
        {(_text(row, "account"), _text(row, "subscription")) for row in read_rows(file)}
    )


def _refuse_wrong_rows(file: Path, names: Names) -> None:
    wrong = _problems(read_rows(file), names)
    told = list(islice(wrong, PROBLEMS_TOLD))
    if told:
        more = sum(1 for _ in wrong)
        raise UsageFileRefused(
            file=file.name, problems="; ".join(told) + (f"; and {more} more" if more else "")
        )


def _problems(rows: Iterable[Row], names: Names) -> Iterator[str]:
    """What is wrong with each row that is, in its order."""
    for row in rows:
        account, subscription = _text(row, "account"), _text(row, "subscription")
        if (account, subscription) not in names:
            yield f"line {row.line}: there is no subscription {subscription!r} of account {account!r}"
            continue
        if "recorded" in row.told:
            yield f"line {row.line}: recorded: is the moment at which the file is taken in"
            continue
        told = {key: value for key, value in row.told.items() if key != "account"}
        try:
            parse_usage(0, {**told, "subscription": subscription})
        except ScenarioError as error:
            yield f"line {row.line}: {str(error).removeprefix('usage[0].')}"


def _record(row: Row, names: Names) -> NewRecord:
    told = row.told
    account_id, subscription_id = names[_text(row, "account"), _text(row, "subscription")]
    return NewRecord(
        account_id=account_id,
        subscription_id=subscription_id,
        meter=told["meter"],
        at=datetime.fromisoformat(told["at"]),
        quantity=_number(told, "quantity"),
        duration_seconds=_number(told, "duration_seconds"),
        to=told.get("to"),
        inward=_number(told, "in"),
        outward=_number(told, "out"),
        value=_number(told, "value"),
        source_id=None if told.get("id") is None else str(told["id"]),
        allow_negative=bool(told.get("allow_negative")),
    )


def _text(row: Row, key: str) -> str:
    return str(row.told.get(key, ""))


def _number(told: Mapping[str, Any], key: str) -> Decimal | None:
    return None if told.get(key) is None else Decimal(told[key])
