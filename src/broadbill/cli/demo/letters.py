"""The demo's mail: this month's letters reach the local mailbox; those of months long past stay unwritten."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from broadbill.billing.operations.delivery import DELIVER_TASK, queue_letters
from broadbill.messaging.adapters.choose import postbox
from broadbill.messaging.operations.send import send_due

LETTERS_AT_ONCE = 1000
LAST_ID = 2**62


def drop_letters() -> None:
    """Take back the delivery that a run asked for, in the transaction that ran it."""
    for job in ProcrastinateJob.objects.filter(task_name=DELIVER_TASK, status="todo"):
        app.job_manager.cancel_job_by_id(job.id, delete_job=True)


def send_letters(*, run_id: int, queued_at: datetime) -> int:
    """Put the letters of a run in the local mailbox and return how many there are. Again sends nothing twice."""
    queue_letters(run_id=run_id, first_document=0, last_document=LAST_ID, now=queued_at)
    sent = 0
    while result := send_due(postbox=postbox(), clock=lambda: datetime.now(UTC), limit=LETTERS_AT_ONCE).sent:
        sent += result
    return sent
