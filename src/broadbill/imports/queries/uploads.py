"""The files that were brought to the imports' page, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadbill.imports.domain.upload import AT_WORK, DECIDED, Kind, State
from broadbill.imports.models import RowProblem, Upload


@dataclass(frozen=True, slots=True)
class UploadRead:
    """`done` of `total` octets or rows are worked on; a total of 0 is not known yet."""

    id: int
    kind: Kind
    file: str
    octets: int
    map_name: str
    source: str
    state: State
    result: Mapping[str, Any]
    refusal: str
    problems: int
    asked_by: str
    asked_at: datetime
    decided_by: str
    ended_at: datetime | None
    done: int
    total: int
    rows: int

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def is_open(self) -> bool:
        """Whether it is a person's to decide."""
        return self.state in DECIDED[State.DISCARDED]


@dataclass(frozen=True, slots=True)
class UploadPage:
    """`next_key` asks for the page after this one, None when there is none."""

    rows: tuple[UploadRead, ...]
    first: bool
    next_key: int | None


@dataclass(frozen=True, slots=True)
class ProblemRead:
    id: int
    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProblemPage:
    rows: tuple[ProblemRead, ...]
    first: bool
    next_key: int | None


@dataclass(frozen=True, slots=True)
class MapRead:
    """A map that an import went well with."""

    upload: int
    name: str
    text: str


def upload_page(*, before: int | None = None, size: int = 25) -> UploadPage:
    """Newest first. One query."""
    found = Upload.objects.select_related("progress").defer("map")
    if before is not None:
        found = found.filter(id__lt=before)
    rows = [_read(upload) for upload in found.order_by("-id")[: size + 1]]
    shown = rows[:size]
    return UploadPage(tuple(shown), before is None, shown[-1].id if len(rows) > size else None)


def upload_numbered(number: int) -> UploadRead | None:
    """One query."""
    found = Upload.objects.select_related("progress").defer("map").filter(pk=number).first()
    return _read(found) if found else None


def problem_page(*, upload: int, after: int = 0, size: int = 50) -> ProblemPage:
    """In the order of the file's lines. One query."""
    found = RowProblem.objects.filter(upload_id=upload, id__gt=after).order_by("id")
    rows = [_problem(problem) for problem in found[: size + 1]]
    shown = rows[:size]
    return ProblemPage(tuple(shown), not after, shown[-1].id if len(rows) > size else None)


def all_problems(*, upload: int) -> Iterator[ProblemRead]:
    found = RowProblem.objects.filter(upload_id=upload).order_by("id")
    return (_problem(problem) for problem in found.iterator(chunk_size=2000))


def maps_used(*, limit: int = 10) -> list[MapRead]:
    """The latest map of each name that an import went well with, latest first. One query."""
    found = Upload.objects.filter(state=State.IMPORTED, kind=Kind.CUSTOMERS).exclude(map="")
    latest = found.order_by("map_name", "-id").distinct("map_name").values_list("id", "map_name", "map")
    return sorted((MapRead(*row) for row in latest), key=lambda used: -used.upload)[:limit]


def _read(upload: Upload) -> UploadRead:
    progress = getattr(upload, "progress", None)
    return UploadRead(
        id=upload.id,
        kind=Kind(upload.kind),
        file=upload.file,
        octets=upload.octets,
        map_name=upload.map_name,
        source=upload.source,
        state=State(upload.state),
        result=upload.result,
        refusal=upload.refusal,
        problems=upload.problems,
        asked_by=upload.asked_by,
        asked_at=upload.asked_at,
        decided_by=upload.decided_by,
        ended_at=upload.ended_at,
        done=progress.done if progress else 0,
        total=progress.total if progress else 0,
        rows=progress.rows if progress else 0,
    )


def _problem(problem: RowProblem) -> ProblemRead:
    return ProblemRead(problem.id, problem.line, problem.column, problem.value, problem.reason)
