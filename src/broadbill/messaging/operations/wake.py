"""Telling a worker that there is something to send."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

SEND_DUE_TASK = "messaging.send_due"
ONE_AT_A_TIME = "messaging.send_due"


def wake_sender() -> None:
    """Have the outbox sent soon. One waiting job is enough for any number of messages."""
    try:
        with transaction.atomic():
            app.configure_task(SEND_DUE_TASK, queueing_lock=ONE_AT_A_TIME).defer()
    except AlreadyEnqueued:
        return  # the job that waits will send these messages too
