"""Whether a worker is at a job."""

from __future__ import annotations

from django.db import connection


def is_under_way(job: int | None) -> bool:
    """Whether a job waits for a worker or one is at it; False when it has ended or failed. One query."""
    if job is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job])
        row = cursor.fetchone()
    return row is not None and row[0] in {"todo", "doing"}
