"""Importing a file: all of it or nothing, in one transaction and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction

from broadbill.accounts.queries.find import account_numbers_taken
from broadbill.accounts.queries.provider import current_provider
from broadbill.catalog.queries.plans import plan_coded
from broadbill.contracts.queries.numbers import contract_numbers_taken
from broadbill.imports.adapters.csv_file import CsvFile, open_csv
from broadbill.imports.domain.errors import FileRefused, RecordsChangedMeanwhile, RowsRefused
from broadbill.imports.domain.import_map import ImportMap
from broadbill.imports.domain.keys import joined
from broadbill.imports.domain.problem import Problem, Report
from broadbill.imports.domain.records import Defaults
from broadbill.imports.domain.row_reader import Outcome, RowReader
from broadbill.imports.domain.summary import Summary
from broadbill.imports.domain.upload import Kind, State
from broadbill.imports.models import Progress, Upload
from broadbill.imports.operations.numbers import numbers_of_the_file, refuse_repeated
from broadbill.imports.operations.plans import make_missing_plans, sellable_plans
from broadbill.imports.operations.write_records import RecordWriter
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import record_event

ROWS_PER_CHUNK = 5000
UNIQUE_VIOLATION = "23505"
IMPORT_LOCK = "imports.import_file"

# Called with the number of the file's bytes that were read and the rows done.
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What is asked. With `dry_run` everything is done and taken back.

    What no page asked for, `is_upload`, becomes a record in the list of imports by itself.
    """

    path: Path
    map: ImportMap
    dry_run: bool
    actor: str
    is_upload: bool = False


def import_file(*, request: ImportRequest, now: datetime, report: Report, progress: OnProgress) -> Summary:
    """Take the rows of a file into the books and say what was taken. Nothing is billed.

    Every problem of every row goes to `report` in the order of lines; once there is one nothing more is
    written, but all rows are still read.
    Raises: RowsRefused when there was a problem; FileRefused, MapRefused, PlanDiffers,
    RecordsChangedMeanwhile. Nothing is written whenever it raises.
    """
    try:
        with transaction.atomic():
            # One import at a time: the second one sees the numbers of the first.
            wait_for_lock(IMPORT_LOCK)
            summary = _import(request, now, report, progress)
            if request.dry_run:
                transaction.set_rollback(True)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", None) != UNIQUE_VIOLATION:
            raise
        raise RecordsChangedMeanwhile from error
    return summary


def _import(request: ImportRequest, now: datetime, report: Report, progress: OnProgress) -> Summary:
    provider = current_provider()
    defaults = Defaults(provider.currency, provider.timezone, provider.language, provider.terms_days)
    summary = Summary(
        plans_created=make_missing_plans(
            plans=request.map.plans, currency=provider.currency, now=now, actor=request.actor
        )
    )
    plans = sellable_plans()
    writer = RecordWriter(plans={code: plan_coded(code) for code in plans}, now=now, actor=request.actor)
    checks = _Checks(request.map, report)
    with open_csv(request.path, request.map.shape) as file, numbers_of_the_file():
        _refuse_missing_columns(file, request.map)
        reader = RowReader(request.map, file.header, plans, defaults)
        outcomes = (row if isinstance(row, Problem) else reader.read(row.line, row.cells) for row in file)
        while chunk := list(islice(outcomes, ROWS_PER_CHUNK)):
            summary.rows += len(chunk)
            good = checks.passed(chunk)
            records = [outcome.record for outcome in good if outcome.record is not None]
            for record in records:
                summary.count(record)
            summary.skipped += len(good) - len(records)
            if records and not checks.problems:
                writer.write(records)
            progress(file.bytes_read, summary.rows)
    if checks.problems:
        raise RowsRefused(problems=checks.problems, rows=checks.bad_rows)
    _record(request, summary, now)
    return summary


class _Checks:
    """Sorts out the bad rows of each chunk and reports what is wrong with them."""

    def __init__(self, imported: ImportMap, report: Report) -> None:
        self._account_column = imported.account.columns_of("number")
        self._contract_column = imported.contract.columns_of("number") if imported.contract else ""
        self._report = report
        self.problems = 0
        self.bad_rows = 0

    def passed(self, chunk: Iterable[Outcome | Problem]) -> list[Outcome]:
        """The outcomes without any problem. Those with one are reported in the order of their lines."""
        problems: list[Problem] = []
        outcomes = []
        for outcome in chunk:
            if isinstance(outcome, Problem):
                problems.append(outcome)
            else:
                outcomes.append(outcome)
                problems.extend(outcome.problems)
        problems.extend(self._repeated(outcomes))
        problems.sort(key=lambda problem: problem.line)
        for problem in problems:
            self._report(problem)
        bad_lines = {problem.line for problem in problems}
        self.problems += len(problems)
        self.bad_rows += len(bad_lines)
        return [outcome for outcome in outcomes if outcome.line not in bad_lines]

    def _repeated(self, outcomes: list[Outcome]) -> list[Problem]:
        found: list[Problem] = []
        refuse_repeated(
            kind="account",
            numbers=[(outcome.line, outcome.number) for outcome in outcomes if outcome.number],
            taken=account_numbers_taken,
            refuse=lambda line, number, expected: found.append(
                Problem(line, self._account_column, number, expected)
            ),
        )
        bad = {problem.line for problem in found}
        refuse_repeated(
            kind="contract",
            numbers=[
                (outcome.line, outcome.record.contract.number)
                for outcome in outcomes
                if outcome.record and outcome.record.contract and outcome.line not in bad
            ],
            taken=contract_numbers_taken,
            refuse=lambda line, number, expected: found.append(
                Problem(line, self._contract_column, number, expected)
            ),
        )
        return found


def _refuse_missing_columns(file: CsvFile, imported: ImportMap) -> None:
    missing = sorted(imported.columns - file.header.keys())
    if not missing:
        return
    hint = f"; is {imported.shape.delimiter!r} the delimiter?" if len(file.header) == 1 else ""
    columns = "column" if len(missing) == 1 else "columns"
    reason = f"lacks the {columns} {joined(missing)}, which the map names; it has {joined(file.header)}{hint}"
    raise FileRefused(file=file.path.name, reason=reason)


def _record(request: ImportRequest, summary: Summary, now: datetime) -> None:
    record_event(
        actor=request.actor,
        verb="import.finished",
        object_type="import",
        object_id=request.path.name,
        occurred_at=now,
        data={"file": request.path.name, **summary.as_json()},
    )
    if not request.is_upload:
        _list(request, summary, now)


def _list(request: ImportRequest, summary: Summary, now: datetime) -> None:
    """Have the list of imports tell of a command's, as of what came by a page."""
    done = Upload.objects.create(
        kind=Kind.CUSTOMERS,
        file=request.path.name,
        octets=request.path.stat().st_size,
        state=State.IMPORTED,
        result=summary.as_json(),
        asked_by=request.actor,
        asked_at=now,
        decided_by=request.actor,
        ended_at=now,
    )
    Progress.objects.create(upload=done, rows=summary.rows)
