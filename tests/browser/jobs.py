"""The worker's work, done between two pages of a browser test."""

from __future__ import annotations

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def the_worker_works() -> None:
    """Do what was asked of the worker, and what that asks for, as the worker would: job by job, oldest first."""
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
        app.tasks[job.task_name].func(**job.args)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])
