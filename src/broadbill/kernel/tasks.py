"""Work that the background worker does by itself for the kernel."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from broadbill.kernel.operations.seals import seal_events

logger = logging.getLogger(__name__)

FINISHED_JOBS_KEPT_HOURS = 7 * 24


@app.periodic(cron="* * * * *")
@app.task(name="kernel.seal_events", queueing_lock="kernel.seal_events")
def seal_settled_events(timestamp: int) -> int:
    """Every minute: seal the events that have settled."""
    return seal_events(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="*/2 * * * *")
@app.task(name="kernel.retry_abandoned_jobs", queueing_lock="kernel.retry_abandoned_jobs")
async def retry_abandoned_jobs(timestamp: int) -> int:  # noqa: ARG001  # every periodic task is told its time
    """Every two minutes: hand the jobs of workers that died in the middle of them to the living."""
    abandoned = list(await app.job_manager.get_stalled_jobs())
    for job in abandoned:
        logger.warning("job %s (%s) was abandoned by its worker and is tried again", job.id, job.task_name)
        await app.job_manager.retry_job(job)
    return len(abandoned)


@app.periodic(cron="17 3 * * *")
@app.task(name="kernel.remove_finished_jobs", queueing_lock="kernel.remove_finished_jobs")
async def remove_finished_jobs(timestamp: int) -> None:  # noqa: ARG001  # every periodic task is told its time
    """Every night: forget jobs that succeeded a week ago. Failed ones stay for somebody to look at."""
    await app.job_manager.delete_old_jobs(nb_hours=FINISHED_JOBS_KEPT_HOURS)
