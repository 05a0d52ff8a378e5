"""Posting chunks in several processes.

Starting a process and importing everything takes about a second. Where the system can, one process does it and the
workers are forks of it; meanwhile the process that asked posts chunks itself, and small runs need not wait.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connection

from broadbill.billing.operations.chunk import RunPlan, bill_chunk
from broadbill.billing.operations.worker_process import work

Workers = dict[Connection, BaseProcess]
PRELOADED = "broadbill.billing.operations.worker_preload"


@dataclass(eq=False)
class WorkerDied(RuntimeError):
    """A worker process ended before its work was done. What it had not posted is still due."""

    exit_code: int

    def __str__(self) -> str:
        return f"a billing worker ended with exit code {self.exit_code}; run the same bill again to go on"


def bill_chunks_in_processes(
    *,
    plan: RunPlan,
    pending: Sequence[tuple[int, int]],
    workers: int,
    progress: Callable[[int], None],
    now: datetime,
) -> None:
    """Post the pending (chunk number, accounts), dealt out in order to worker processes as they get free.

    Raises: WorkerDied, or the database's error that stopped a worker; the other workers are stopped first.
    """
    accounts = dict(pending)
    waiting = deque(accounts)
    with ThreadPoolExecutor(1) as starter:
        starting = starter.submit(_start_all, plan, workers, dict(connection.settings_dict))
        try:
            # Only while nobody else has a chunk: one that waited here for another's turn could not see that one die.
            while waiting and not _anybody_ready(starting):
                number = waiting.popleft()
                bill_chunk(plan=plan, number=number, now=now)
                progress(accounts[number])
            _deal_out(waiting, accounts, starting.result(), progress)
        finally:
            for process in starting.result().values():
                process.terminate()
                process.join()


def _deal_out(
    waiting: deque[int], accounts: dict[int, int], workers: Workers, progress: Callable[[int], None]
) -> None:
    """Give each worker a chunk whenever it has none, until all are posted."""
    under_way = 0
    while waiting or under_way:
        for pipe in wait(list(workers)):
            assert isinstance(pipe, Connection)
            posted = _hear(pipe, workers)
            if posted is not None:
                under_way -= 1
                progress(accounts[posted])
            if waiting:
                pipe.send(waiting.popleft())
                under_way += 1


def _anybody_ready(starting: Future[Workers]) -> bool:
    return starting.done() and bool(wait(list(starting.result()), timeout=0))


def _start_all(plan: RunPlan, count: int, database: dict[str, Any]) -> Workers:
    return dict(_start(plan, database) for _ in range(count))


def _start(plan: RunPlan, database: dict[str, Any]) -> tuple[Connection, BaseProcess]:
    context = _context()
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, database), daemon=True)
    process.start()
    theirs.close()
    ours.send(plan)
    return ours, process


@cache
def _context() -> Any:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    return context


def _hear(pipe: Connection, workers: Workers) -> int | None:
    """The chunk that a worker has posted; None when it says that it is ready. Raises what stopped the worker."""
    try:
        said: int | BaseException | None = pipe.recv()
    except EOFError:
        process = workers[pipe]
        process.join()
        raise WorkerDied(process.exitcode or 0) from None
    if isinstance(said, BaseException):
        raise said
    return said
