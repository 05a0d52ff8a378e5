"""Runs that were asked for and that the worker has not begun or not ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

BILL_TASK = "billing.bill"


@dataclass(frozen=True, slots=True)
class AskedRun:
    """`state` is todo, doing or failed: the last one asked for that did not succeed."""

    job: int
    state: str
    through: date


def asked_run() -> AskedRun | None:
    """The latest run asked of the worker, while it waits, works or has failed. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status::text, args->>'through' FROM procrastinate_jobs WHERE task_name = %s"
            " ORDER BY id DESC LIMIT 1",
            [BILL_TASK],
        )
        row = cursor.fetchone()
    if row is None or row[1] not in {"todo", "doing", "failed"}:
        return None
    return AskedRun(row[0], row[1], date.fromisoformat(row[2]))
