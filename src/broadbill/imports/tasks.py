"""Background work of imports."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from broadbill.imports.operations.uploads import WORK_TASK, discard_forgotten
from broadbill.imports.operations.work import work_on


@app.task(name=WORK_TASK, lock=WORK_TASK)
def work_on_upload(number: int) -> None:
    """Check or import one file; one at a time, as an import waits for another anyway."""
    work_on(number=number, now=timezone.now())


@app.periodic(cron="41 3 * * *")
@app.task(name="imports.discard_forgotten", queueing_lock="imports.discard_forgotten")
def throw_away_forgotten(timestamp: int) -> int:
    """Every night: throw away files that nobody decided about."""
    return discard_forgotten(now=datetime.fromtimestamp(timestamp, tz=UTC), actor="system:imports")
