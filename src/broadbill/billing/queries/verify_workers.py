"""Verifying documents in several processes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from broadbill.billing.queries.reading_workers import results_with
from broadbill.billing.queries.verify import accounts_with_documents, verify_accounts
from broadbill.kernel.deviation import Deviation


def verify_documents_with(*, workers: int) -> Iterator[Deviation]:
    """What `verify_documents` finds, in the same order.

    Raises: BrokenProcessPool when a worker process ended before its work.
    """
    return chain.from_iterable(results_with(verify_accounts, accounts_with_documents(), workers=workers))
