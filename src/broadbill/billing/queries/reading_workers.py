"""Reading many accounts in several processes, batch by batch, with the results in the order of the batches."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import TypeVar

from django.db import connection

from broadbill.billing.queries.reading_process import begin

Result = TypeVar("Result")


def results_with(
    work: Callable[[Sequence[int]], Result], batches: Iterator[Sequence[int]], *, workers: int
) -> Iterator[Result]:
    """What `work` says of each batch of account ids. One batch is not worth a second process.

    `work` is a function of a module (or a partial of one) that only reads.
    Raises: BrokenProcessPool when a worker process ended before its work.
    """
    first = list(islice(batches, 2))
    every = chain(first, batches)
    return _in_processes(work, every, workers) if workers > 1 and len(first) > 1 else map(work, every)


def _in_processes(
    work: Callable[[Sequence[int]], Result], batches: Iterator[Sequence[int]], workers: int
) -> Iterator[Result]:
    """Each worker has a batch under way and one waiting, so memory stays the same however many there are."""
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=begin,
        initargs=(dict(connection.settings_dict),),
    ) as pool:
        under_way: deque[Future[Result]] = deque(
            pool.submit(work, batch) for batch in islice(batches, 2 * workers)
        )
        while under_way:
            yield under_way.popleft().result()
            under_way.extend(pool.submit(work, batch) for batch in islice(batches, 1))
