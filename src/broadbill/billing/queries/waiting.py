"""Runs that were asked for and that the worker has not begun or not ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True, slots=True)
class AskedRun:
    """`state` is todo, doing or failed: the last one asked for that did not succeed."""

    job: int
    state: str
    through: date

    @property
    def is_under_way(self) -> bool:
        return self.state in {"todo", "doing"}


def asked_run(*, task: str) -> AskedRun | None:
    """The latest run asked of the worker, while it waits, works or has failed. One query.

    `task` is `operations.run.RUN_TASK`, which lies above queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status::text, args->>'through' FROM procrastinate_jobs WHERE task_name = %s"
            " ORDER BY id DESC LIMIT 1",
            [task],
        )
        row = cursor.fetchone()
    if row is None or row[1] not in {"todo", "doing", "failed"}:
        return None
    return AskedRun(row[0], row[1], date.fromisoformat(row[2]))
