"""Posting chunks in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from django.db import connection

from broadbill.billing.operations.chunk import RunPlan
from broadbill.billing.operations.worker_process import work


@dataclass(eq=False)
class WorkerDied(RuntimeError):
    """A worker process ended before its work was done. What it had not posted is still due."""

    exit_code: int

    def __str__(self) -> str:
        return f"a billing worker ended with exit code {self.exit_code}; run the same bill again to go on"


def bill_chunks_in_processes(
    *, plan: RunPlan, pending: Sequence[tuple[int, int]], workers: int, progress: Callable[[int], None]
) -> None:
    """Post the pending (chunk number, accounts), dealt out in order to worker processes as they get free.

    Raises: WorkerDied; the other workers are stopped first.
    """
    accounts = dict(pending)
    waiting = iter(accounts)
    processes = dict(_start(plan) for _ in range(workers))
    try:
        for pipe in processes:
            pipe.send(next(waiting, None))
        while processes:
            _hear(processes, accounts, waiting, progress)
    finally:
        for process in processes.values():
            process.terminate()
            process.join()


def _start(plan: RunPlan) -> tuple[Connection, SpawnProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, dict(connection.settings_dict)), daemon=True)
    process.start()
    theirs.close()
    ours.send(plan)
    return ours, process


def _hear(
    processes: dict[Connection, SpawnProcess],
    accounts: dict[int, int],
    waiting: Iterator[int],
    progress: Callable[[int], None],
) -> None:
    for pipe in wait(list(processes)):
        assert isinstance(pipe, Connection)
        try:
            progress(accounts[pipe.recv()])
        except EOFError:
            process = processes.pop(pipe)
            process.join()
            if process.exitcode:
                raise WorkerDied(process.exitcode) from None
        else:
            pipe.send(next(waiting, None))
