"""Locks by name."""

from __future__ import annotations

import psycopg
import pytest
from django.db import transaction

from broadbill.kernel.locks import lock_number, session_lock, try_lock, wait_for_lock

pytestmark = pytest.mark.django_db(transaction=True)


def is_free(superuser: psycopg.Connection, name: str) -> bool:
    """Whether another session could take the lock."""
    with superuser.transaction():
        row = superuser.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(name)]).fetchone()
    assert row is not None
    return bool(row[0])


class TestLockNumber:
    def test_is_the_same_for_a_name_everywhere_and_always(self):
        # The first 64 bits of the SHA-256 of "billing.run", as a signed number.
        assert lock_number("billing.run") == lock_number("billing.run") != lock_number("billing.runs")
        assert -(2**63) <= lock_number("billing.run") < 2**63


class TestALock:
    def test_is_held_until_the_transaction_ends(self, superuser):
        with transaction.atomic():
            wait_for_lock("a")
            held = not is_free(superuser, "a")

        assert held
        assert is_free(superuser, "a")

    def test_is_not_taken_from_somebody_else(self, superuser):
        with superuser.transaction():
            superuser.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("a")])

            with transaction.atomic():
                assert try_lock("a") is False
                assert try_lock("b") is True

    def test_that_would_be_gone_at_once_is_refused(self):
        with pytest.raises(transaction.TransactionManagementError, match="needs one"):
            wait_for_lock("a")

    def test_of_a_session_outlasts_transactions(self, superuser):
        with session_lock("a"):
            with transaction.atomic():
                pass
            held = not is_free(superuser, "a")

        assert held
        assert is_free(superuser, "a")
