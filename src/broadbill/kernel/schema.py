"""The database's tables: what they lack, and bringing them up to date."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from broadbill.kernel.locks import session_lock


def pending_migrations() -> list[str]:
    """Names such as `billing.0002_corrections` that were not applied yet, in the order they would be."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def apply_migrations() -> list[str]:
    """Apply what is pending and return its names. Processes that ask at the same time take turns."""
    with session_lock("kernel.migrations"):
        pending = pending_migrations()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    return pending
