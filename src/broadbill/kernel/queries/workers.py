"""Whether background work is being done."""

from __future__ import annotations

from django.db import connection

# A worker reports every ten seconds; after this long it counts as gone.
HEARTBEAT_SECONDS = 60


def seconds_since_heartbeat() -> int | None:
    """Whole seconds since any worker last reported, or None when there is no worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM now() - max(last_heartbeat))::int FROM procrastinate_workers"
        )
        row = cursor.fetchone()
    return None if row is None or row[0] is None else max(0, row[0])


def failed_jobs() -> int:
    """Background jobs that were given up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        return int(cursor.fetchone()[0])
