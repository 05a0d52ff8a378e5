"""What went wrong, in one line for a person. Only what nobody anticipated keeps its traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from broadbill.core.errors import DomainError
from broadbill.kernel.troubles import first_trouble

REFUSED = 1
INPUT_AT_FAULT = 2

# SQLSTATE classes and codes (PostgreSQL, appendix A) that are troubles of the server, not of ours.
SERVER_TROUBLES = {
    "53100": "The database's disk is full. Free some space and run the command again; nothing was half done.",
    "53200": "The database is out of memory.",
    "53300": "The database has no free connection. Stop other programs or raise max_connections.",
    "57P01": "The database was shut down during the work; nothing was half done. Start it and run the command again.",
    "57P02": "The database crashed during the work; nothing was half done. Run the command again.",
    "57P03": "The database is starting up. Try again in a moment.",
    "25006": "The database accepts no writes: it is read-only.",
    "42501": "The database role lacks a right that Broadbill needs",
}


def in_words(error: BaseException) -> str | None:
    """One line that says what happened, or None for what is a fault of the program."""
    trouble = getattr(first_trouble(error), "sqlstate", None)
    for cause in _causes(error):
        if isinstance(cause, DomainError):
            return " ".join(str(cause).split())
        if isinstance(cause, OSError) and cause.errno == errno.ENOSPC:
            return "The disk is full. Free some space and run the command again; nothing was half done."
        if trouble in SERVER_TROUBLES:
            return SERVER_TROUBLES[trouble]
        if _is_lost_connection(cause):
            return (
                f"The database does not answer: {str(cause).strip().splitlines()[0]}. See `broadbill doctor`."
            )
    return None


def exit_code(error: BaseException) -> int:
    """2 when what was handed in cannot be used: its error's code ends in `invalid`. 1 for every other refusal."""
    faulty = any(
        isinstance(cause, DomainError) and cause.code.endswith("invalid") for cause in _causes(error)
    )
    return INPUT_AT_FAULT if faulty else REFUSED


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _is_lost_connection(error: BaseException) -> bool:
    """Told without importing psycopg, which half of the commands never load."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    return "psycopg.OperationalError" in names and getattr(error, "sqlstate", None) is None
