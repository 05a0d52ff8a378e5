"""What a billing worker process runs. It may start bare, so Django's modules are imported once Django is set up."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

from broadbill.kernel.processes import end_with_parent


def work(pipe: Connection, database: dict[str, Any]) -> None:
    """Take the run's plan and say None: ready. Then take chunk numbers; post each and say its number.

    A trouble of the database is handed over instead of a number: who started the run tells it in words.
    """
    import django

    django.setup()
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from broadbill.billing.operations.chunk import bill_chunk
    from broadbill.kernel.troubles import first_trouble

    end_with_parent()
    connection.settings_dict.update(database)
    plan = pipe.recv()
    pipe.send(None)
    while True:
        number = pipe.recv()
        try:
            bill_chunk(plan=plan, number=number, now=timezone.now())
        except DatabaseError as error:
            pipe.send(first_trouble(error) or error)
            return
        pipe.send(number)
