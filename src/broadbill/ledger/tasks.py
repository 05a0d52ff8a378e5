"""Background work of the books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from broadbill.ledger.operations.recognition import recognise


@app.periodic(cron="23 1 * * *")
@app.task(name="ledger.recognise", queueing_lock="ledger.recognise")
def recognise_yesterday(timestamp: int) -> int:
    """Every night: revenue earned up to the end of yesterday."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    return recognise(through=now.date() - timedelta(days=1), now=now)
