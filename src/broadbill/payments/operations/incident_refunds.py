"""What was paid for time in which service was out goes back, by background work: bills are corrected for it."""

from __future__ import annotations

from procrastinate.contrib.django import app

REFUND_TASK = "payments.refund_incident"


def follow_credit(*, incident_id: int) -> None:
    """Have it given back once what was granted is on record: in the same transaction, so that neither is lost."""
    app.configure_task(REFUND_TASK).defer(incident_id=incident_id)
