"""Background entry points of the outbox."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from broadbill.messaging.adapters.choose import postbox
from broadbill.messaging.operations.send import send_due
from broadbill.messaging.operations.wake import ONE_AT_A_TIME, SEND_DUE_TASK, wake_sender

MESSAGES_PER_JOB = 1000


@app.periodic(cron="* * * * *")
@app.task(name=SEND_DUE_TASK, queueing_lock=ONE_AT_A_TIME)
def send_due_messages(timestamp: int | None = None) -> None:  # noqa: ARG001 -- periodic tasks are given it
    """Send what is due, every minute and whenever something was queued. Overlapping runs share the work."""
    result = send_due(postbox=postbox(), clock=lambda: datetime.now(UTC), limit=MESSAGES_PER_JOB)
    if result.sent == MESSAGES_PER_JOB:
        wake_sender()
