"""Background work of collections."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from broadbill.collections.operations.run import run_collections


@app.periodic(cron="30 9 * * *")
@app.task(name="collections.run", queueing_lock="collections.run", lock="collections.run")
def collect(timestamp: int) -> int:
    """Every morning at half past nine, when people may be written to: every step that is due."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    return sum(run_collections(on=timezone.localdate(now), now=now).taken.values())
