"""Locks that processes agree on by name, held by the database."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator

from django.db import connection
from django.db.transaction import TransactionManagementError


def lock_number(name: str) -> int:
    """The advisory lock of that name: 64 bits of its hash, signed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def wait_for_lock(name: str) -> None:
    """Take the named lock until the transaction under way ends, waiting for whoever holds it.

    Raises: TransactionManagementError outside a transaction, where the lock would be gone at once.
    """
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(name)])


def try_lock(name: str) -> bool:
    """Take the named lock until the transaction under way ends; False when somebody else holds it."""
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(name)])
        return bool(cursor.fetchone()[0])


@contextlib.contextmanager
def session_lock(name: str) -> Iterator[None]:
    """Hold the named lock across transactions of this connection, waiting for whoever holds it.

    The lock goes with the connection: a process that dies frees it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(name)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_number(name)])


def _require_transaction() -> None:
    connection.validate_no_broken_transaction()
    if not connection.in_atomic_block:
        raise TransactionManagementError("a lock that ends with the transaction needs one: use atomic()")
