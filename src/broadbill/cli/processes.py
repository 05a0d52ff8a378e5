"""The processes that `broadbill up` keeps running: `python -m broadbill.cli.processes web|worker ...`.

Each watches the process that started it and ends when that one is gone, so that even a killed `up` leaves nothing
behind.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

PARENT_CHECK_SECONDS = 1
SHUTDOWN_SECONDS = 15
PAGE_SECONDS = 5


def main() -> None:
    """Run one of the processes until it is told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("process", choices=["web", "worker"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--name", default="worker")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadbill.config.settings")
    threading.Thread(target=_end_with_parent, args=[os.getppid()], daemon=True).start()
    if arguments.process == "web":
        serve_pages(host=arguments.host, port=arguments.port, workers=arguments.workers)
    else:
        work(name=arguments.name)


def serve_pages(*, host: str, port: int, workers: int) -> None:
    """Serve the pages with granian, in as many processes as asked."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        "broadbill.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=4,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # A worker that is told to end while it still loads does not hear it.
        workers_kill_timeout=PAGE_SECONDS,
    ).serve()


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


def _end_with_parent(parent: int) -> None:
    """End this process and its own children in good order once the parent is gone."""
    while psutil.pid_exists(parent) and os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SHUTDOWN_SECONDS + 5)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)


if __name__ == "__main__":
    main()
