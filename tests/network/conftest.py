"""A real FreeRADIUS over the test database. Without one on the machine these tests are skipped, with a word why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.radius import Radius
from tests.network.snmp_agent import SNMPD, SnmpAgent

MISSING = "no FreeRADIUS: install Debian's packages freeradius, freeradius-postgresql and freeradius-utils"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    is_here = (
        shutil.which("freeradius")
        and shutil.which("radclient")
        and Path("/usr/lib/freeradius/rlm_sql_postgresql.so").exists()
    )
    for item in items:
        if item.get_closest_marker("radius") and not is_here:
            item.add_marker(pytest.mark.skip(reason=MISSING))
        if item.get_closest_marker("snmp") and not SNMPD:
            item.add_marker(pytest.mark.skip(reason="no snmpd: install Debian's package snmpd"))


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[SnmpAgent]:
    """A running snmpd whose interfaces a test sets."""
    running = SnmpAgent(tmp_path / "snmp")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def radius(transactional_db: None, tmp_path: Path) -> Iterator[Radius]:
    """FreeRADIUS running on the configuration that `radius install` writes, with an access server of each vendor."""
    server = Radius(tmp_path / "radius")
    server.start()
    yield server
    server.stop()
