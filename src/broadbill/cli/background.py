"""The background worker: fetches jobs, runs them, starts the periodic ones."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

SHUTDOWN_SECONDS = 15


def work(*, name: str) -> None:
    """Do background jobs of every queue and start the periodic ones; on SIGTERM finish the job in hand first."""
    import django

    django.setup()
    from procrastinate.contrib.django import app

    async def run() -> None:
        # A second app over the same tasks fetches the jobs. The first keeps Django's connection, so that a job
        # deferred inside a task is written in the task's own transaction and stands or falls with it.
        worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                name=name,
                shutdown_graceful_timeout=SHUTDOWN_SECONDS,
                task_middleware=[_with_a_living_connection],
            )

    if sys.platform == "win32":
        # psycopg cannot wait on the loop that Windows has by default.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(run())
    else:
        asyncio.run(run())


def _with_a_living_connection(run_task: Callable[[], Any], _context: object, _worker: object) -> Any:
    """Threads outlive the database's restarts; Django drops dead connections only between requests."""
    from django.db import close_old_connections

    close_old_connections()
    try:
        return run_task()
    finally:
        close_old_connections()
