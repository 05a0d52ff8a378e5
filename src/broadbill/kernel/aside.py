"""Writing beside the transaction under way: what is told of long work stands whatever becomes of the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def cursor_aside() -> Iterator[CursorWrapper]:
    """A cursor of a connection of its own, on which every statement is committed at once.

    It must not touch rows that the transaction under way has locked: it would wait for that for ever.
    """
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()
