"""Background work of billing."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from procrastinate.contrib.django import app

from broadbill.billing.operations.delivery import DELIVER_TASK, queue_letters
from broadbill.billing.operations.run import RUN_TASK, RunRequest, bill


@app.task(name=DELIVER_TASK)
def deliver_chunk(run_id: int, first_document: int, last_document: int) -> int:
    """Put the letters of a chunk's documents in the outbox."""
    return queue_letters(
        run_id=run_id, first_document=first_document, last_document=last_document, now=timezone.now()
    )


@app.task(name=RUN_TASK, lock=RUN_TASK)
def bill_in_background(through: str, actor: str, only_account: int | None = None) -> int:
    """A run that somebody started from a page. Tried again after a crash, it goes on where it stopped."""
    request = RunRequest(through=date.fromisoformat(through), actor=actor, only_account=only_account)
    return bill(request=request, now=timezone.now()).id
