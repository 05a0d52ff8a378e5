"""Upkeep that the worker does by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from broadbill.kernel import tasks
from broadbill.kernel.models import EventSeal
from broadbill.kernel.operations import record_event

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class TestPeriodicTasks:
    def test_are_known_to_the_scheduler(self):
        known = {(task.task.name, task.cron) for task in app.periodic_registry.periodic_tasks.values()}

        assert {
            ("kernel.seal_events", "* * * * *"),
            ("kernel.retry_abandoned_jobs", "*/2 * * * *"),
            ("kernel.remove_finished_jobs", "17 3 * * *"),
        } <= known


class TestSealSettledEvents:
    def test_seals_as_of_the_time_it_was_due(self):
        record_event(actor="user:1", verb="v", object_type="o", object_id="1", occurred_at=NOW)

        sealed = tasks.seal_settled_events(int(NOW.timestamp()))

        assert sealed == 1
        assert EventSeal.objects.get().sealed_at == NOW


class TestRetryAbandonedJobs:
    def test_hands_on_the_job_of_a_worker_that_died(self):
        job_id = tasks.seal_settled_events.configure(queueing_lock=None).defer(timestamp=0)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
            )
            worker_id = cursor.fetchone()[0]
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
                [worker_id, job_id],
            )

        retried = async_to_sync(tasks.retry_abandoned_jobs)(timestamp=0)

        with connection.cursor() as cursor:
            cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
            status = cursor.fetchone()[0]
        assert (retried, status) == (1, "todo")
