"""The machine that is measured, and what its processes use."""

from __future__ import annotations

import os
import platform
import threading
from pathlib import Path
from typing import Any, Self

import psutil

from broadbill.kernel.home import current_home
from broadbill.kernel.postgres import EmbeddedServer

SAMPLE_SECONDS = 0.5
MEBIBYTE = 1024 * 1024


def this_machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


class Usage:
    """What happens in a block of code: seconds of processor by side, and the most memory a worker held.

    `load` is how many processes wanted a core on average: above the number of cores, others were measured too.
    """

    def __init__(self) -> None:
        self.python_seconds = 0.0
        self.server_seconds = 0.0
        self.worker_peak_mb = 0.0
        self.load = 0.0
        self._used: dict[int, float] = {}
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self.python_seconds, self.server_seconds = -self._python_seconds(), -_server_seconds()
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._sampler.join()
        self.python_seconds += self._python_seconds()
        self.server_seconds += _server_seconds()
        self.load = psutil.getloadavg()[0]

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self._look()

    def _look(self) -> None:
        """Workers may be nobody's children when they have ended: what they used is seen while they run."""
        server = EmbeddedServer(current_home()).process()
        servers = {server.pid, *(child.pid for child in server.children())} if server else set()
        for worker in psutil.Process().children(recursive=True):
            if worker.pid in servers:
                continue
            try:
                times = worker.cpu_times()
                self._used[worker.pid] = times.user + times.system
                self.worker_peak_mb = max(self.worker_peak_mb, _peak_bytes(worker) / MEBIBYTE)
            except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                continue

    def _python_seconds(self) -> float:
        """Of this process and of the workers that were seen."""
        own = psutil.Process().cpu_times()
        return float(own.user + own.system) + sum(self._used.values())


def _server_seconds() -> float:
    """Of the database server: its processes that run, and those that have ended."""
    server = EmbeddedServer(current_home()).process()
    if server is None:
        return 0.0
    times = server.cpu_times()
    seconds = times.user + times.system + times.children_user + times.children_system
    for process in server.children():
        try:
            own = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += own.user + own.system
    return float(seconds)


def _peak_bytes(process: psutil.Process) -> int:
    """The most memory a process has held at any time (Linux), else what it holds now."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return int(process.memory_info().rss)
    lines = status.read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
