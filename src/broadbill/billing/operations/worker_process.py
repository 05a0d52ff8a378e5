"""What a billing worker process runs. It may start bare, so Django's modules are imported once Django is set up."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

from broadbill.kernel.processes import end_with_parent


def work(pipe: Connection, database: dict[str, Any]) -> None:
    """Take the run's plan and say None: ready. Then take chunk numbers; post each and say its number."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from broadbill.billing.operations.chunk import bill_chunk

    end_with_parent()
    connection.settings_dict.update(database)
    plan = pipe.recv()
    pipe.send(None)
    while True:
        number = pipe.recv()
        bill_chunk(plan=plan, number=number, now=timezone.now())
        pipe.send(number)
