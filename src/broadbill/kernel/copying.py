"""Bulk writing with PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

# Materialized, so that the sequence is looked up once and not for every id.
NEXT_IDS = """
WITH ids AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence)
SELECT nextval(sequence) FROM ids, generate_series(1, %s)
"""


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Stream rows into a table inside the caller's transaction.

    Values are Python objects as psycopg adapts them; constraints and triggers hold as for INSERT.
    """
    listed = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def next_ids(table: str, count: int) -> list[int]:
    """Take `count` fresh primary keys of a table, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, [table, count])
        return [row[0] for row in cursor.fetchall()]
