"""Verifying documents in several processes."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice

from django.db import connection

from broadbill.billing.queries.verify import accounts_with_documents, verify_accounts
from broadbill.billing.queries.verify_process import begin, check
from broadbill.kernel.deviation import Deviation


def verify_documents_with(*, workers: int) -> Iterator[Deviation]:
    """What `verify_documents` finds, in the same order. One batch of accounts is not worth a second process.

    Raises: BrokenProcessPool when a worker process ended before its work.
    """
    batches = accounts_with_documents()
    first = list(islice(batches, 2))
    if workers == 1 or len(first) == 1:
        for batch in chain(first, batches):
            yield from verify_accounts(batch)
    elif first:
        yield from _in_processes(chain(first, batches), workers)


def _in_processes(batches: Iterator[Sequence[int]], workers: int) -> Iterator[Deviation]:
    """Each worker has a batch under way and one waiting, so memory stays the same however many there are."""
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=begin,
        initargs=(dict(connection.settings_dict),),
    ) as pool:
        under_way: deque[Future[list[Deviation]]] = deque(
            pool.submit(check, batch) for batch in islice(batches, 2 * workers)
        )
        while under_way:
            yield from under_way.popleft().result()
            under_way.extend(pool.submit(check, batch) for batch in islice(batches, 1))
