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
    with connection.cursor() as cursor, cursor.copy(_statement(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)


def copy_text(table: str, columns: Sequence[str], rows: Iterable[str]) -> None:
    """The same for rows that are tab-separated text already (`core.tabbed`): a third of the time, for bill runs.

    All rows are held in memory at once.
    """
    block = "\n".join(rows)
    if not block:
        return
    with connection.cursor() as cursor, cursor.copy(_statement(table, columns)) as copy:
        copy.write(block)


def next_ids(table: str, count: int) -> list[int]:
    """Take `count` fresh primary keys of a table, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, [table, count])
        return [row[0] for row in cursor.fetchall()]


def _statement(table: str, columns: Sequence[str]) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    return f'COPY "{table}" ({listed}) FROM STDIN'
