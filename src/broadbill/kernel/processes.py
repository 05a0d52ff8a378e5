"""Waiting for processes to end, and ending with them."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait

import psutil

LOOK_SECONDS = 0.05


def is_alive(process: psutil.Process) -> bool:
    """Whether the process still does something. One that has ended but was not yet taken note of by its parent (in
    a container often nobody does) is not alive."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(processes: Sequence[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Wait for the processes to end, but no longer than that, and return those still alive."""
    ends = time.monotonic() + seconds
    while (alive := [process for process in processes if is_alive(process)]) and time.monotonic() < ends:
        time.sleep(LOOK_SECONDS)
    return alive


def end_with_parent() -> None:
    """Have this worker process end at once when the process that started it is gone, killed or not.

    A worker whose run was killed must not go on working behind the back of the next one.
    """
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
