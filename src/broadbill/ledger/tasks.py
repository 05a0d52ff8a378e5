"""Background work of the books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from broadbill.ledger.operations.recognition import recognise
from broadbill.ledger.operations.turnover import tidy_turnover


@app.periodic(cron="23 1 * * *")
@app.task(name="ledger.recognise", queueing_lock="ledger.recognise")
def recognise_yesterday(timestamp: int) -> int:
    """Every night: revenue earned up to the end of yesterday."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    return recognise(through=now.date() - timedelta(days=1), now=now)


@app.periodic(cron="41 3 * * *")
@app.task(name="ledger.tidy_turnover", queueing_lock="ledger.tidy_turnover")
def tidy_turnover_at_night(timestamp: int) -> int:  # noqa: ARG001  # every periodic task is told its time
    """Every night: the rows of turnover that a day left behind become one for each kind and account."""
    return tidy_turnover()
