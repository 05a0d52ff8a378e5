"""Numbers that are given once: which rows bring one that the file or the database has already.

The numbers of the file stand in a temporary table, so a file of any length is checked in the same memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

CREATE = """
CREATE TEMPORARY TABLE imports_number (kind text, number text, line bigint, PRIMARY KEY (kind, number))
ON COMMIT DROP
"""

# Of rows with the same number the first keeps it, within one statement as well.
NOTE = """
INSERT INTO imports_number
SELECT %s, number, line FROM unnest(%s::text[], %s::bigint[]) AS fresh(number, line)
ON CONFLICT DO NOTHING RETURNING line
"""

FIRST_LINES = "SELECT number, line FROM imports_number WHERE kind = %s AND number = ANY(%s)"


@contextmanager
def numbers_of_the_file() -> Iterator[None]:
    """The table for the numbers of one file, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        yield
        cursor.execute("DROP TABLE imports_number")


def refuse_repeated(
    *,
    kind: str,
    numbers: Sequence[tuple[int, str]],
    taken: Callable[[Sequence[str]], set[str]],
    refuse: Callable[[int, str, str], None],
) -> None:
    """Note (line, number) pairs; call `refuse` with line, number and what was expected for each repeated one.

    Args: `kind` names the numbers that must differ, such as `account`; `taken` tells which of some numbers
    the database had before the import.
    """
    if not numbers:
        return
    lines = [line for line, _ in numbers]
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [kind, [number for _, number in numbers], lines])
        fresh = {row[0] for row in cursor.fetchall()}
        repeated = [(line, number) for line, number in numbers if line not in fresh]
        if repeated:
            cursor.execute(FIRST_LINES, [kind, [number for _, number in repeated]])
            first = dict(cursor.fetchall())
            for line, number in repeated:
                refuse(line, number, f"a number of its own; line {first[number]} has it too")
    had = taken([number for line, number in numbers if line in fresh])
    for line, number in numbers:
        if line in fresh and number in had:
            refuse(line, number, "a number that is not in Broadbill already")
