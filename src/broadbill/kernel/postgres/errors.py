"""What can go wrong with the database before any work begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class DatabaseUrlIsInvalid(DomainError):
    """BROADBILL_DATABASE_URL is not a PostgreSQL address."""

    code = "kernel.database_url_is_invalid"
    message = "BROADBILL_DATABASE_URL is not a PostgreSQL address ({reason}). Write postgresql://user:password@host:5432/name."
    reason: str


@dataclass(kw_only=True, eq=False)
class DatabaseIsUnreachable(DomainError):
    """No server answers where one should."""

    code = "kernel.database_is_unreachable"
    message = "The database at {where} does not answer: {reason}."
    where: str
    reason: str


@dataclass(kw_only=True, eq=False)
class DatabaseIsTooOld(DomainError):
    """The server is older than the oldest PostgreSQL that Broadbill works with."""

    code = "kernel.database_is_too_old"
    message = "The database at {where} is PostgreSQL {found}. Broadbill needs PostgreSQL {needed} or newer."
    where: str
    found: str
    needed: int


@dataclass(kw_only=True, eq=False)
class DatabaseCannotStart(DomainError):
    """The embedded server did not come up."""

    code = "kernel.database_cannot_start"
    message = "The embedded database in {folder} did not start: {reason}. Details: {log}."
    folder: Path
    reason: str
    log: Path


@dataclass(kw_only=True, eq=False)
class DatabaseCannotStop(DomainError):
    """The embedded server went on running after it was asked to stop."""

    code = "kernel.database_cannot_stop"
    message = "The embedded database (process {pid}) did not stop within {seconds} s. Its log: {log}."
    pid: int
    seconds: int
    log: Path
