"""`broadbill verify`: check every cent against what it was made from."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from broadbill.kernel.deviation import Deviation


def verify(
    workers: Annotated[int, typer.Option(min=1, help="Processes to recompute documents with.")] = (
        os.cpu_count() or 1
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Recompute every document from its history; check every chain, series, entry, balance and seal.

    Prints each deviation. Exits with 1 when there is one.
    """
    from broadbill.cli.session import open_session

    open_session()
    found = 0
    deviations = []
    for deviation in _deviations(workers):
        found += 1
        if as_json:
            deviations.append(
                {"check": deviation.check, "subject": deviation.subject, "finding": deviation.finding}
            )
        else:
            print(deviation)
    from broadbill.billing.queries.verify import documents_issued

    documents = documents_issued()
    if as_json:
        print(json.dumps({"documents": documents, "deviations": deviations}, ensure_ascii=False))
    else:
        print(f"{documents:,} documents checked, {found} deviations.")
    if found:
        sys.exit(1)


def _deviations(workers: int) -> Iterator[Deviation]:
    from broadbill.billing.queries.verify import verify_rulebooks, verify_series
    from broadbill.billing.queries.verify_workers import verify_documents_with
    from broadbill.contracts.queries.verify import verify_service_counts, verify_terms, verify_uses
    from broadbill.kernel.queries.seals import verify_events
    from broadbill.ledger.queries.verify import verify_journal, verify_turnover
    from broadbill.payments.queries.verify import verify_payments
    from broadbill.prepaid.queries.verify import verify_vouchers
    from broadbill.usage.queries.verify import verify_roll_ups

    return chain(
        verify_rulebooks(),
        verify_series(),
        verify_documents_with(workers=workers),
        verify_journal(),
        verify_turnover(),
        verify_payments(),
        verify_vouchers(),
        verify_terms(),
        verify_service_counts(),
        verify_uses(),
        verify_roll_ups(),
        verify_events(),
    )
