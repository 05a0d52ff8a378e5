"""The processes that `broadbill up` keeps running: `python -m broadbill.cli.processes web|worker ...`.

Each watches the process that started it and ends when that one is gone, so that even a killed `up` leaves nothing
behind.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import signal
import threading
import time

import psutil

from broadbill.cli.background import SHUTDOWN_SECONDS, work

PARENT_CHECK_SECONDS = 1
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

    if multiprocessing.get_start_method() == "fork":
        # Loaded once, here, the application is there in every worker as soon as it is forked.
        importlib.import_module("broadbill.config.wsgi")
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
