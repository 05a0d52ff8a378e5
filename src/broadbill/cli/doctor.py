"""`broadbill doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import psycopg
import typer

from broadbill.cli import running
from broadbill.cli.session import load_django, start_database
from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home, current_home
from broadbill.kernel.postgres import EmbeddedServer, check_server, connection_parameters, is_embedded

LEAST_FREE_BYTES = 1024**3
CLOCK_DIFFERENCE_SECONDS = 5


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, and what to do when it is not well."""

    subject: str
    is_well: bool
    found: str
    remedy: str = ""


def doctor(as_json: bool = typer.Option(False, "--json", help="Print one JSON list.")) -> None:
    """Look at everything Broadbill needs, one line each, with a remedy for what is wrong. Exit code 1 if anything is.

    Starts the embedded database for the time of the examination when it is down.
    """
    home = current_home()
    findings = list(examine(home))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"{'ok     ' if finding.is_well else 'PROBLEM'}  {finding.subject:<12} {finding.found}")
            if not finding.is_well:
                print(f"{'':21} -> {finding.remedy}")
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def examine(home: Home) -> Iterator[Finding]:
    """Every finding, in the order in which they build on one another; a fault ends what cannot be looked at."""
    yield _python()
    yield (
        writable := _asked("home", lambda: _home(home), "Make the folder writable, or set BROADBILL_HOME.")
    )
    if not writable.is_well:
        return
    yield _disk(home)
    was_running = is_embedded() and EmbeddedServer(home).process() is not None
    yield (database := _asked("database", lambda: _database(home), _database_remedy()))
    if not database.is_well:
        return
    try:
        yield _clock(home)
        yield (
            settings := _asked(
                "settings", _settings, "Mend the variable named; see docs/reference/settings.md."
            )
        )
        if settings.is_well:
            yield from _application(home)
    finally:
        if is_embedded() and not was_running and running.running_in(home) is None:
            EmbeddedServer(home).stop()


def _asked(subject: str, question: Callable[[], str], remedy: str) -> Finding:
    """A finding from a question that refuses with a DomainError when something is wrong."""
    try:
        return Finding(subject, is_well=True, found=question())
    except DomainError as error:
        return Finding(subject, is_well=False, found=str(error), remedy=remedy)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", is_well=True, found=f"{version} in {sys.prefix}")


def _home(home: Home) -> str:
    home.ensure()
    return f"{home.folder} is writable"


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(home.folder).free
    found = f"{free / 1024**3:.1f} GiB free for {home.folder}"
    return Finding(
        "disk", is_well=free >= LEAST_FREE_BYTES, found=found, remedy="Free at least 1 GiB on that disk."
    )


def _database(home: Home) -> str:
    start_database(home)
    kind = "embedded " if is_embedded() else ""
    return f"{kind}PostgreSQL {check_server(home)} answers"


def _database_remedy() -> str:
    if is_embedded():
        return "Read the log named above; free space if the disk is full; then run any command again."
    return "See that the server in BROADBILL_DATABASE_URL runs, that the address and password are right."


def _clock(home: Home) -> Finding:
    with psycopg.connect(**connection_parameters(home)) as connection:  # type: ignore[arg-type]  # libpq keywords
        row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    difference = abs((datetime.now(tz=UTC) - row[0]).total_seconds())
    return Finding(
        "clock",
        is_well=difference <= CLOCK_DIFFERENCE_SECONDS,
        found=f"this machine and the database differ by {difference:.1f} s",
        remedy="Set both clocks by NTP.",
    )


def _settings() -> str:
    load_django()
    from django.conf import settings

    return f"days are counted in {settings.TIME_ZONE}, pages answer as {', '.join(settings.ALLOWED_HOSTS)}"


def _application(home: Home) -> Iterator[Finding]:
    from broadbill.kernel.schema import pending_migrations

    pending = pending_migrations()
    yield Finding(
        "tables",
        is_well=not pending,
        found=f"{len(pending)} migrations are missing, the first: {pending[0]}" if pending else "up to date",
        remedy="Run: broadbill migrate",
    )
    yield _assets(home)
    if not pending:
        yield _people()
    yield from _services(home, may_ask_worker=not pending)


def _assets(home: Home) -> Finding:
    from broadbill.kernel.static_files import is_collected, missing_sources

    if missing := missing_sources():
        return Finding(
            "assets",
            is_well=False,
            found=f"{', '.join(missing)} were not built",
            remedy="Install Broadbill again: make install, or pip install .",
        )
    found = "collected" if is_collected(home) else "will be collected by the next start of broadbill up"
    return Finding("assets", is_well=True, found=found)


def _people() -> Finding:
    from broadbill.identity.queries.users import sign_ins

    able = [sign_in for sign_in in sign_ins() if sign_in.is_active]
    return Finding(
        "sign-ins",
        is_well=bool(able),
        found=f"{len(able)} people can sign in",
        remedy="Add one: broadbill user create you@example.org --role owner",
    )


def _services(home: Home, *, may_ask_worker: bool) -> Iterator[Finding]:
    from broadbill.kernel.queries.workers import HEARTBEAT_SECONDS, failed_jobs, seconds_since_heartbeat

    up = running.running_in(home)
    start = "Run: broadbill up"
    yield Finding(
        "pages", is_well=up is not None, found=f"served at {up.address}" if up else "not served", remedy=start
    )
    if not may_ask_worker:
        return
    silence = seconds_since_heartbeat()
    works = silence is not None and silence <= HEARTBEAT_SECONDS
    found = "none was ever heard of" if silence is None else f"last heard of {silence} s ago"
    yield Finding("worker", is_well=works, found=found, remedy=start)
    failed = failed_jobs()
    yield Finding(
        "jobs",
        is_well=failed == 0,
        found=f"{failed} background jobs failed for good" if failed else "no background job failed",
        remedy=f"The reasons are in {home.logs_folder / 'up.log'}.",
    )
