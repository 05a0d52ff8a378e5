"""Databases of their own for tests that run real commands as processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SOURCE = Path(__file__).parents[1] / "src"


@cache
def start_server() -> None:
    """Start the test session's server, once: the first test that needs it asks."""
    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import EmbeddedServer

    EmbeddedServer(current_home()).ensure_running()


def server_address(dbname: str) -> str:
    """Where the test session's server holds a database."""
    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import connection_parameters

    start_server()
    return make_conninfo(**{**connection_parameters(current_home()), "dbname": dbname})


@contextmanager
def database(name: str, *, template: str | None = None) -> Iterator[str]:
    """A database that exists inside the block; a copy of `template` when one is named."""
    copy = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
    _drop(name)
    with psycopg.connect(server_address("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), copy))
    try:
        yield name
    finally:
        _drop(name)


def _drop(name: str) -> None:
    """Drop it whoever is connected: an autovacuum worker, too, whom only the superuser may end."""
    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import EmbeddedServer

    start_server()
    parameters = EmbeddedServer(current_home()).superuser_parameters(database="postgres")
    with psycopg.connect(**parameters, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def environment(name: str, *, home: Path | None = None) -> dict[str, str]:
    """What a process needs in order to work on that database, from a home of its own if one is named."""
    parameters = conninfo_to_dict(server_address(name))
    keywords = "&".join(f"{key}={value}" for key, value in parameters.items() if key != "dbname")
    return {
        **os.environ,
        **({"BROADBILL_HOME": str(home)} if home else {}),
        "BROADBILL_DATABASE_URL": f"postgresql:///{name}?{keywords}",
        "PYTHONPATH": os.pathsep.join([str(SOURCE), str(SOURCE.parent)]),
    }


def broadbill(
    *arguments: str, on: str, home: Path | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end on a database, its output captured."""
    command = [sys.executable, "-m", "broadbill.cli.main", *arguments]
    return subprocess.run(
        command,
        env=environment(on, home=home),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        **options,
    )


def run(name: str, *arguments: str) -> str:
    """Run a command that succeeds on a database, and return what it printed."""
    done = broadbill(*arguments, on=name)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that is refused in one line."""
    done = broadbill(*arguments, on=name)
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    return done


def rows(name: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server_address(name)) as connection:
        return connection.execute(query.encode()).fetchall()
