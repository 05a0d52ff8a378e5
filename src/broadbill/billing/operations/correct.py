"""Putting right what an audit found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from broadbill.billing.models import BillRun
from broadbill.billing.operations.run import Corrections, Progress, RunRequest, bill


def correct(
    *,
    found: Mapping[date, Sequence[int]],
    issued_on: date,
    actor: str,
    now: datetime,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[BillRun]:
    """Issue the differences of some accounts, and nothing that fell due since; one run for each day.

    Args: `found` are the ids of the accounts, ascending, by the day through which they were audited; `issued_on`
          is the date of the documents.
    An account is put right as a whole: its other periods too. Doing it again issues nothing.
    Raises: WorkerDied, as a bill run does.
    """
    return [
        bill(
            request=RunRequest(
                through=through,
                actor=actor,
                corrections=Corrections(account_ids=found[through], issued_on=issued_on),
            ),
            now=now,
            workers=workers,
            progress=progress,
        )
        for through in sorted(found)
    ]
