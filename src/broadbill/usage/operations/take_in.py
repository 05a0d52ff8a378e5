"""Taking in a file of usage, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.core.rating import ScenarioError
from broadbill.core.rating.usage_record import parse_usage
from broadbill.kernel.locks import wait_for_lock
from broadbill.usage.adapters.usage_file import Unreadable, digest_of, own_shape, read_rows
from broadbill.usage.domain.drafts import Claim, Draft, Owner, Reading, Resolve
from broadbill.usage.domain.errors import UsageFileRefused
from broadbill.usage.domain.file_map import FileMap, FileShape, parse_file_map
from broadbill.usage.domain.own_reader import OwnReader
from broadbill.usage.domain.owned import new_record, owners_of
from broadbill.usage.domain.row_reader import RowInvalid, RowReader
from broadbill.usage.models import Source, TakenFile
from broadbill.usage.operations.aside import LOCK, keep_aside
from broadbill.usage.operations.readings import count_readings
from broadbill.usage.operations.record import TakenIn, record_usage
from broadbill.usage.queries.lines import OWN
from broadbill.usage.queries.sources import source_coded

ROWS_PER_BATCH = 10_000
PROBLEMS_TOLD = 20
# Takes the line of a wrong row and what is wrong with it.
Report = Callable[[int, str], None]
# Called with the rows done and the rows there are, 0 while they are only being read through.
Progress = Callable[[int, int], None]


def _quietly(_first: object, _second: object) -> None:
    """Where nobody wants to know."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file with what its rows mean. Without a source its columns are the keys of a record."""

    path: Path
    shape: FileShape
    reader: RowReader | OwnReader
    source: Source | None
    by: FileMap | None
    resolve: Mapping[str, Resolve]

    def batches(self) -> Iterator[list[_Read]]:
        rows = read_rows(self.path, self.shape)
        while batch := list(islice(rows, ROWS_PER_BATCH)):
            yield [_read(self.reader, row) for row in batch]

    def owners(self, claims: Sequence[Claim]) -> dict[Claim, Owner]:
        return owners_of(claims, self.resolve)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a row counts, or why it cannot be read."""

    line: int
    counted: Sequence[Draft | Reading] = ()
    problem: str = ""


@transaction.atomic
def take_in_file(
    *, file: Path, now: datetime, actor: str, source: str = "", resolve: Mapping[str, Resolve] | None = None,
    dry_run: bool = False, report: Report = _quietly, progress: Progress = _quietly,
) -> TakenIn:  # fmt: skip
    """Store a file's records by its source's map; the same file again counts nothing.

    Without a source each row names its `account` and `subscription`, the rest as in the scenario contract, and must be
    somebody's. With one, what nobody has is kept aside. `resolve` finds owners by other names than those usage knows.
    The file is read twice, so that every wrong row goes to `report` before the first is stored, in bounded memory.
    With `dry_run` everything is done and taken back.
    Raises: SourceUnknown; UsageFileRefused with the wrong rows by their lines.
    """
    # One at a time: the second one sees what the first has counted.
    wait_for_lock(LOCK)
    digest = digest_of(file)
    opened = _opened(file, source, digest, {**OWN, **(resolve or {})})
    known = TakenFile.objects.filter(source=opened.source, digest=digest).first()
    if known is not None:
        return TakenIn(0, known.stored + known.repeated, known.skipped, known.aside)
    accounts, rows = _read_through(opened, report, progress)
    lock_accounts(accounts)
    taken, done = TakenIn(0, 0), 0
    for batch in opened.batches():
        taken += _take(opened, batch, now, actor)
        done += len(batch)
        progress(done, rows)
    if dry_run:
        transaction.set_rollback(True)
        return taken
    TakenFile.objects.create(
        source=opened.source,
        digest=digest,
        name=file.name,
        stored=taken.stored,
        repeated=taken.repeated,
        skipped=taken.skipped,
        aside=taken.aside,
        taken_at=now,
        taken_by=actor,
    )
    return taken


def _opened(file: Path, source: str, digest: str, resolve: Mapping[str, Resolve]) -> _Opened:
    if not source:
        return _Opened(file, own_shape(file), OwnReader(), None, None, resolve)
    row = source_coded(source)
    by = parse_file_map(row.map)
    return _Opened(file, by.shape, RowReader(by, source=source, file=f"file {digest[:16]}"), row, by, resolve)


def _read(reader: RowReader | OwnReader, row: Any) -> _Read:
    if isinstance(row, Unreadable):
        return _Read(row.line, problem=row.reason)
    counted: list[Draft | Reading] = []
    try:
        counted += reader.read(row)
        for each in counted:
            if isinstance(each, Draft):
                parse_usage(0, {**each.told, "subscription": "of the row"})
    except RowInvalid as error:
        return _Read(row.line, problem=str(error))
    except ScenarioError as error:
        return _Read(row.line, counted, str(error).removeprefix("usage[0]."))
    return _Read(row.line, counted)


def _read_through(opened: _Opened, report: Report, progress: Progress) -> tuple[set[int], int]:
    """The accounts that the file is about, and its rows. What is wrong with a row goes to `report`, in its order.

    Raises: UsageFileRefused with the first wrong rows.
    """
    accounts: set[int] = set()
    told: list[str] = []
    problems = rows = 0
    for batch in opened.batches():
        owners = opened.owners([each.claim for read in batch for each in read.counted])
        accounts |= {owner.account_id for owner in owners.values()}
        for read in batch:
            if problem := _nobodys(opened, read, owners) or read.problem:
                problems += 1
                told += [f"line {read.line}: {problem}"] if problems <= PROBLEMS_TOLD else []
                report(read.line, problem)
        rows += len(batch)
        progress(rows, 0)
    if problems:
        more = f"; and {problems - len(told)} more" if problems > len(told) else ""
        raise UsageFileRefused(file=opened.path.name, problems="; ".join(told) + more)
    return accounts, rows


def _nobodys(opened: _Opened, read: _Read, owners: Mapping[Claim, Owner]) -> str:
    """Why a row of a file of ours is nobody's; of a source's, such rows are kept aside."""
    for each in read.counted:
        if opened.source is None and each.claim not in owners:
            account, subscription = each.claim.name
            return f"there is no subscription {subscription!r} of account {account!r}"
    return ""


def _take(opened: _Opened, batch: Sequence[_Read], now: datetime, actor: str) -> TakenIn:
    counted = [each for read in batch for each in read.counted]
    drafts = [each for each in counted if isinstance(each, Draft)]
    seen = 0
    if opened.source is not None and opened.by is not None and opened.by.counter is not None:
        readings = [each for each in counted if isinstance(each, Reading)]
        drafts, seen = count_readings(source=opened.source, zone=opened.by.at.zone, readings=readings)
    owners = opened.owners([draft.claim for draft in drafts])
    owned = [new_record(draft, owners[draft.claim]) for draft in drafts if draft.claim in owners]
    taken = record_usage(records=owned, now=now, actor=actor) if owned else TakenIn(0, 0)
    unowned = [draft for draft in drafts if draft.claim not in owners]
    aside = 0
    if opened.source is not None and unowned:
        aside = keep_aside(source=opened.source, file=opened.path.name, drafts=unowned, now=now)
    return replace(
        taken,
        repeated=taken.repeated + seen + len(unowned) - aside,
        skipped=sum(1 for read in batch if not read.counted),
        aside=aside,
    )
