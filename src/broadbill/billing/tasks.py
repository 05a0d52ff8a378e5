"""Background work of billing."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from broadbill.billing.operations.delivery import DELIVER_TASK, queue_letters
from broadbill.billing.operations.drafts import DRAFT_TASK, work_on


@app.task(name=DELIVER_TASK)
def deliver_chunk(run_id: int, first_document: int, last_document: int) -> int:
    """Put the letters of a chunk's documents in the outbox."""
    return queue_letters(
        run_id=run_id, first_document=first_document, last_document=last_document, now=timezone.now()
    )


@app.task(name=DRAFT_TASK, lock=DRAFT_TASK)
def work_on_draft(draft_id: int) -> str:
    """Work out or post the draft of a run. Tried again after a crash, it goes on where it stopped."""
    return work_on(draft_id=draft_id, now=timezone.now()).state
