"""The worker's part of an upload: the dry run that checks it and the import itself, by the commands' operations."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from broadbill.core.errors import DomainError
from broadbill.imports.adapters.map_file import map_of_columns, map_of_octets
from broadbill.imports.domain.errors import RowsRefused
from broadbill.imports.domain.problem import Problem
from broadbill.imports.domain.upload import AT_WORK, Kind, State
from broadbill.imports.models import RowProblem, Upload, UploadPart
from broadbill.imports.operations.import_file import ImportRequest, import_file
from broadbill.imports.operations.uploads import forget_file
from broadbill.kernel.aside import cursor_aside
from broadbill.network.queries.owners import OWNERS
from broadbill.usage.domain.errors import UsageFileRefused
from broadbill.usage.operations.take_in import take_in_file

logger = logging.getLogger(__name__)

PROBLEMS_AT_ONCE = 1000
NOTE_PROBLEMS = """
INSERT INTO imports_rowproblem (upload_id, line, "column", value, reason)
SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
"""
NOTE_PROGRESS = """
INSERT INTO imports_progress (upload_id, done, total, rows) VALUES (%s, %s, %s, %s)
ON CONFLICT (upload_id) DO UPDATE SET done = excluded.done, total = excluded.total, rows = excluded.rows
"""


class _Notes:
    """What is told while the work goes on: it stands beside the work's transaction, which may be taken back."""

    def __init__(self, cursor: CursorWrapper, upload: Upload) -> None:
        self.problems = 0
        self._cursor = cursor
        self._upload = upload
        self._waiting: list[tuple[int, str, str, str]] = []

    def problem(self, line: int, column: str, value: str, reason: str) -> None:
        self.problems += 1
        # PostgreSQL's text has no NUL.
        self._waiting.append((line, column, value.replace("\0", "␀"), reason))
        if len(self._waiting) >= PROBLEMS_AT_ONCE:
            self.write()

    def of_row(self, problem: Problem) -> None:
        self.problem(problem.line, problem.column, problem.value_in_short, f"expected {problem.expected}")

    def of_usage(self, line: int, reason: str) -> None:
        self.problem(line, "", "", reason)

    def progress(self, done: int, total: int, rows: int) -> None:
        self._cursor.execute(NOTE_PROGRESS, [self._upload.id, done, total, rows])

    def write(self) -> None:
        if self._waiting:
            columns = [list(column) for column in zip(*self._waiting, strict=True)]
            self._cursor.execute(NOTE_PROBLEMS, [self._upload.id, *columns])
            self._waiting = []


def work_on(*, number: int, now: datetime) -> None:
    """Check the file, or import it when that was said. A job that comes twice does nothing the second time.

    What went wrong in the file is its `refused` state; anything else leaves it `failed` and is raised.
    """
    upload = Upload.objects.get(pk=number)
    if upload.state not in AT_WORK:
        return
    RowProblem.objects.filter(upload=upload).delete()
    with cursor_aside() as cursor, _on_disk(upload) as path:
        notes = _Notes(cursor, upload)
        notes.progress(0, 0, 0)
        try:
            _work(upload, path, notes, now)
        except DomainError as refusal:
            notes.write()
            # Of bad rows each is told by itself.
            told = (
                "" if notes.problems and isinstance(refusal, RowsRefused | UsageFileRefused) else str(refusal)
            )
            _end(upload, State.REFUSED, refusal=told, problems=notes.problems)
        except Exception:
            # A job's boundary: whoever looks at the page must learn that nobody is at it any more.
            logger.exception("import %s stopped", number)
            _end(upload, State.FAILED)
            raise


def _work(upload: Upload, path: Path, notes: _Notes, now: datetime) -> None:
    """What the state asks for; an import and its end are one transaction."""
    if upload.state == State.CHECKING:
        result = _take(upload, path, notes, now, dry_run=True)
        _end(upload, State.CHECKED, result=result)
        return
    with transaction.atomic():
        # Whoever else has the job waits here, then finds it done.
        if Upload.objects.select_for_update(no_key=True).get(pk=upload.pk).state != State.IMPORTING:
            return
        result = _take(upload, path, notes, now, dry_run=False)
        _end(upload, State.IMPORTED, result=result, ended_at=now)
        forget_file(upload)


def _take(upload: Upload, path: Path, notes: _Notes, now: datetime, *, dry_run: bool) -> dict[str, Any]:
    """What the file gave, or would give."""
    actor = upload.decided_by or upload.asked_by
    if upload.kind == Kind.USAGE:
        taken = take_in_file(
            file=path, now=now, actor=actor, source=upload.source, resolve=OWNERS, dry_run=dry_run,
            report=notes.of_usage, progress=lambda done, total: notes.progress(done, total, done),
        )  # fmt: skip
        return asdict(taken)
    if upload.map:
        by = map_of_octets(upload.map.encode(), name=upload.map_name)
    else:
        by = map_of_columns(path, today=timezone.localdate(upload.asked_at))
    request = ImportRequest(path=path, map=by, dry_run=dry_run, actor=actor, is_upload=True)
    summary = import_file(
        request=request,
        now=now,
        report=notes.of_row,
        progress=lambda octets, rows: notes.progress(octets, upload.octets, rows),
    )
    return summary.as_json()


def _end(upload: Upload, state: State, **values: Any) -> None:
    fresh = {"refusal": "", "problems": 0, **values, "state": state}
    Upload.objects.filter(pk=upload.pk).update(**fresh)


@contextmanager
def _on_disk(upload: Upload) -> Iterator[Path]:
    """The file under its own name, for as long as the work takes."""
    with tempfile.TemporaryDirectory(prefix="broadbill-import-") as folder:
        path = Path(folder) / (Path(upload.file).name or "file")
        with path.open("wb") as stream:
            parts = UploadPart.objects.filter(upload=upload).order_by("position")
            for content in parts.values_list("content", flat=True).iterator(chunk_size=4):
                stream.write(content)
        yield path
