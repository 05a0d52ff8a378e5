"""FreeRADIUS's role may read its views and write accounting, and nothing else."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from broadbill.network.operations.radius_role import ROLE, grant_rights
from tests.network.radius import as_superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def role() -> psycopg.Connection:
    as_superuser(f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    grant_rights()
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"], user=ROLE, autocommit=True
    ) as connected:
        yield connected


def test_the_role_reads_its_views(role: psycopg.Connection) -> None:
    for view in ("radcheck", "radreply", "radusergroup", "radgroupcheck", "radgroupreply", "nas"):
        assert role.execute(f"SELECT * FROM {view}".encode()).fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM network_access",
        "SELECT * FROM accounts_account",
        "SELECT username FROM network_packet",
        "SELECT * FROM radpostauth",
        "SELECT * FROM network_grant",
        "UPDATE network_grant SET octets = 1",
        "UPDATE radgroupreply SET value = '1'",
        "DELETE FROM radacct",
        "DELETE FROM network_packet",
        "UPDATE network_packet SET input_octets = 0",
    ],
)
def test_the_role_may_not(role: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.Error) as refused:
        role.execute(statement.encode())

    assert type(refused.value) in {
        psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState
    }  # fmt: skip
