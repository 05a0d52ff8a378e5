"""What a billing worker process runs. It starts bare, so Django's modules are imported once Django is set up."""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.connection import Connection, wait
from typing import Any


def work(pipe: Connection, database: dict[str, Any]) -> None:
    """Take the run's plan, then chunk numbers; post each chunk and say so, until None comes."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from broadbill.billing.operations.chunk import bill_chunk

    threading.Thread(target=_end_with_parent, daemon=True).start()
    connection.settings_dict.update(database)
    plan = pipe.recv()
    while (number := pipe.recv()) is not None:
        bill_chunk(plan=plan, number=number, now=timezone.now())
        pipe.send(number)
    connection.close()


def _end_with_parent() -> None:
    """A worker whose run was killed must not go on posting behind the back of the next one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
