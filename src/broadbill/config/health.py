"""Whether this Broadbill is well, for load balancers and monitors."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from broadbill import __version__
from broadbill.kernel.queries.workers import HEARTBEAT_SECONDS, seconds_since_heartbeat


def health(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers and a worker was heard of within HEARTBEAT_SECONDS, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        silence = seconds_since_heartbeat()
        database = "ok"
    except DatabaseError as error:
        silence = None
        database = str(error).splitlines()[0]
    worker = "ok" if silence is not None and silence <= HEARTBEAT_SECONDS else "silent"
    is_well = database == "ok" and worker == "ok"
    answer = {
        "status": "ok" if is_well else "failing",
        "version": __version__,
        "database": database,
        "worker": worker,
        "worker_heartbeat_seconds_ago": silence,
    }
    return JsonResponse(answer, status=200 if is_well else 503, headers={"Cache-Control": "no-store"})
