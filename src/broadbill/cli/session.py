"""What a command needs before it can work on records: a home, a running database, Django, tables up to date."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home, current_home
from broadbill.kernel.postgres import EmbeddedServer, check_server, is_embedded

_at_end: list[Callable[[], None]] = []


@dataclass(kw_only=True, eq=False)
class TablesAreOutOfDate(DomainError):
    """A database that Broadbill does not own lacks migrations."""

    code = "cli.tables_are_out_of_date"
    message = (
        "The database lacks {count} migrations, the first being {first}. "
        "Make a backup and run: broadbill migrate."
    )
    count: int
    first: str


def start_database(home: Home) -> bool:
    """See that the database answers; start the embedded one when it is down. True when this call started it.

    Raises: DatabaseIsUnreachable, DatabaseIsTooOld, DatabaseCannotStart, HomeIsNotUsable.
    """
    home.ensure()
    started = EmbeddedServer(home).ensure_running() if is_embedded() else False
    check_server(home)
    return started


def load_django() -> None:
    """Make Django's models and settings usable in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadbill.config.settings")
    import django

    django.setup()


def open_session(*, migrate: bool = True, seal_at_end: bool = True) -> Home:
    """Everything a command needs to work on records.

    The embedded database is brought up to date by itself. One named by BROADBILL_DATABASE_URL may be shared or need
    a backup first: there the operator says when, with `broadbill migrate`. Events are sealed when the command has
    done its work, so that nothing waits for a worker that may not be running.

    Raises: what start_database raises, TablesAreOutOfDate.
    """
    home = current_home()
    start_database(home)
    load_django()
    if migrate:
        _bring_up_to_date()
    if migrate and seal_at_end:
        _at_end.append(_seal_events)
    return home


def close_session() -> None:
    """Do what open_session left for the end of the command."""
    while _at_end:
        _at_end.pop()()


def _seal_events() -> None:
    from broadbill.kernel.operations.seals import seal_events

    seal_events(now=datetime.now(tz=UTC))


def _bring_up_to_date() -> None:
    from broadbill.kernel.schema import apply_migrations, pending_migrations

    pending = pending_migrations()
    if pending and not is_embedded():
        raise TablesAreOutOfDate(count=len(pending), first=pending[0])
    if pending:
        apply_migrations()
