"""The floor: the rows of a bill run, written by bare COPY into the same tables of a copy of the database before it.

Two floors are measured. The first writes into the tables as they are, with their keys and guards: what no program can
beat that lets the database keep its promises. The second switches foreign keys and triggers off and leaves the
indexes. Each is the best of text and binary, of one connection and of as many as there were workers.
"""

from __future__ import annotations

import math
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from benchmarks.machine import Usage
from broadbill.kernel.home import current_home
from broadbill.kernel.postgres import EmbeddedServer

BEFORE, COPY = "bench_before", "bench_floor"
FORMATS = ("text", "binary")
DOCUMENTS_PER_PIECE = 2000
# Above this, the ways of writing share one copy of the database, each with its part of the rows.
DOCUMENTS_FOR_EACH_WAY = 100_000

# What a run writes, in the order in which it may be written, and which rows belong to the documents of a piece.
OF_DOCUMENTS = "IN (SELECT {column} FROM billing_document WHERE id BETWEEN {first} AND {last})"
TABLES = (
    ("ledger_journalentry", "id", "entry_id"),
    ("ledger_posting", "entry_id", "entry_id"),
    ("billing_line", "document_id", "id"),
    ("billing_documenttax", "document_id", "id"),
    ("billing_document", "id", "id"),
    ("payments_openitem", "document_id", "id"),
    ("billing_accountstate", "account_id", "account_id"),
)
ISSUED = "verb IN ('invoice.issued', 'credit_note.issued')"
# What those rows point at and the run wrote before them.
GROUND = ("billing_rulebook", "billing_billrun", "billing_series")

Piece = tuple[Path, ...]


@dataclass(frozen=True)
class Way:
    """How the rows are written: the format of COPY and the number of connections at once."""

    format: str
    connections: int


def copy_database(name: str = BEFORE, *, of: str | None = None) -> str:
    """Copy the whole database (the one of this home) under another name."""
    source = of or str(connection.settings_dict["NAME"])
    connection.close()
    with superuser("postgres", autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    return name


def measure(before: str, run_id: int, workers: int) -> dict[str, Any]:
    """Documents a second of both floors. The rows are those of the run with this id, the home's first."""
    folder = current_home().folder / "bench"
    folder.mkdir()
    ways = [Way(form, count) for form in FORMATS for count in sorted({1, workers})]
    try:
        with superuser(str(connection.settings_dict["NAME"])) as source:
            pieces, documents = _export(source, run_id, folder, workers)
            ground = {table: _read(source, f"SELECT * FROM {table}", "text") for table in GROUND}
        shared = documents > DOCUMENTS_FOR_EACH_WAY
        return {
            name: _best(
                before,
                ground,
                pieces,
                documents,
                [ways] if shared else [[way] for way in ways],
                checks=checks,
            )
            for name, checks in (("as_they_are", True), ("indexes_only", False))
        }
    finally:
        shutil.rmtree(folder)
        with superuser("postgres", autocommit=True) as server:
            for name in (BEFORE, COPY):
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _best(
    before: str,
    ground: dict[str, bytes],
    pieces: dict[str, list[Piece]],
    documents: int,
    groups: Sequence[Sequence[Way]],
    *,
    checks: bool,
) -> dict[str, Any]:
    """Write in every way, the ways of a group into one copy of the database, and keep the quickest."""
    speeds: dict[Way, float] = {}
    processor: dict[Way, float] = {}
    for ways in groups:
        copy_database(COPY, of=before)
        _lay_ground(ground)
        for number, way in enumerate(ways):
            mine = pieces[way.format][number :: len(ways)]
            written = documents * len(mine) / len(pieces[way.format])
            with Usage() as usage:
                seconds = _write(mine, way, checks=checks)
            speeds[way] = written / seconds
            processor[way] = (usage.server_seconds + usage.python_seconds) / written
    best = max(speeds, key=lambda way: speeds[way])
    return {
        "documents_per_second": speeds[best],
        "format": best.format,
        "connections": best.connections,
        "processor_us_per_document": processor[best] * 1e6,
    }


def _export(
    source: psycopg.Connection[Any], run_id: int, folder: Path, workers: int
) -> tuple[dict[str, list[Piece]], int]:
    """The run's rows as files, some thousand documents apiece, in every format."""
    first, last, documents = _row(
        source, "SELECT min(id), max(id), count(*) FROM billing_document WHERE run_id = %s", [run_id]
    )
    size = min(DOCUMENTS_PER_PIECE, math.ceil(documents / (2 * workers)))
    events = [row[0] for row in source.execute(f"SELECT id FROM event WHERE {ISSUED} ORDER BY id".encode())]
    pieces: dict[str, list[Piece]] = {form: [] for form in FORMATS}
    for number, begins in enumerate(range(first, last + 1, size)):
        mine = events[number * size : (number + 1) * size]
        selects = {"event": f"SELECT * FROM event WHERE id BETWEEN {mine[0]} AND {mine[-1]} AND {ISSUED}"}
        for table, key, column in TABLES:
            chosen = OF_DOCUMENTS.format(column=column, first=begins, last=begins + size - 1)
            selects[table] = f"SELECT * FROM {table} WHERE {key} {chosen}"
        for form in FORMATS:
            files = []
            for table, select in selects.items():
                files.append(folder / f"{number}.{form}" / table)
                files[-1].parent.mkdir(exist_ok=True)
                files[-1].write_bytes(_read(source, select, form))
            pieces[form].append(tuple(files))
    return pieces, documents


def _write(pieces: Sequence[Piece], way: Way, *, checks: bool) -> float:
    """Seconds for the pieces, each in a transaction of its own, shared out among the connections."""
    connections = [superuser(COPY) for _ in range(way.connections)]
    threads = [
        threading.Thread(
            target=_write_some, args=(opened, pieces[number :: way.connections], way.format, checks)
        )
        for number, opened in enumerate(connections)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    for opened in connections:
        opened.close()
    return seconds


def _write_some(opened: psycopg.Connection[Any], pieces: Sequence[Piece], form: str, checks: bool) -> None:
    opened.execute(f"SET session_replication_role = {'origin' if checks else 'replica'}".encode())
    for files in pieces:
        for file in files:
            with opened.cursor().copy(f"COPY {file.name} FROM STDIN (FORMAT {form})".encode()) as copy:
                copy.write(file.read_bytes())
        opened.commit()


def _lay_ground(ground: dict[str, bytes]) -> None:
    with superuser(COPY) as target:
        target.execute("SET session_replication_role = replica")
        for table, rows in ground.items():
            with target.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                copy.write(rows)


def _read(source: psycopg.Connection[Any], select: str, form: str) -> bytes:
    with source.cursor().copy(f"COPY ({select}) TO STDOUT (FORMAT {form})".encode()) as copy:
        return b"".join(map(bytes, copy))


def _row(source: psycopg.Connection[Any], query: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    found = source.execute(query.encode(), parameters).fetchone()
    assert found is not None
    return found


def superuser(database: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    parameters = EmbeddedServer(current_home()).superuser_parameters(database=database)
    return psycopg.connect(make_conninfo(**parameters), autocommit=autocommit)
