"""One embedded PostgreSQL for each process that tests, in a home of its own, started by the first test that needs it.

BROADBILL_TEST_HOME names a home to keep between sessions, whose server then stays up: quicker while developing.
Processes that share the tests (pytest -n) each keep one under that name and their own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest

_kept = os.environ.get("BROADBILL_TEST_HOME")
_folder = Path(
    _kept + os.environ.get("PYTEST_XDIST_WORKER", "")
    if _kept
    else tempfile.mkdtemp(prefix="broadbill-tests-")
).resolve()

if os.environ.get("DJANGO_SETTINGS_MODULE"):
    raise pytest.UsageError(
        "Unset DJANGO_SETTINGS_MODULE: it makes pytest-django read settings before this home is set."
    )

# Before Django reads its settings: no test may ever see the developer's own Broadbill.
for _name in [name for name in os.environ if name.startswith("BROADBILL_") and name != "BROADBILL_TEST_HOME"]:
    del os.environ[_name]
os.environ["BROADBILL_HOME"] = str(_folder)
os.environ["DJANGO_SETTINGS_MODULE"] = "broadbill.config.settings"


from django.conf import settings  # noqa: E402  # not before the home is named

# A page that asks the database once a row fails its test.
settings.INSTALLED_APPS.append("zeal")
settings.MIDDLEWARE.append("zeal.middleware.zeal_middleware")
# A session that was ended is looked up again to be replaced.
settings.ZEAL_ALLOWLIST = [{"model": "sessions.Session"}]

django.setup()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The processes that share the tests begin as this one did: with a home and settings yet to be named."""
    del os.environ["BROADBILL_HOME"], os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure(config: pytest.Config) -> None:
    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import EmbeddedServer

    if not _kept and _folder.exists():
        EmbeddedServer(current_home()).stop()
        shutil.rmtree(_folder)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """What the first test with a database needs: its server, and static files straight from their sources."""
    from tests.databases import start_server

    start_server()
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """A connection to the test database as the role that triggers do not bind (session_replication_role)."""
    with _superuser_connection() as connection:
        yield connection


@pytest.fixture(scope="session", autouse=True)
def _empty_tables_as_superuser() -> Iterator[None]:
    """Tests that commit are followed by TRUNCATE, which append-only tables refuse to everyone but the superuser."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    def execute_sql_flush(_operations: DatabaseOperations, statements: Iterable[str]) -> None:
        with _superuser_connection() as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())
            # Django does not know these tables as its own to empty.
            connection.execute("TRUNCATE procrastinate_jobs CASCADE")
        _write_what_migrations_wrote()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


def _write_what_migrations_wrote() -> None:
    """The chart of accounts, the staff's roles and the provider's first details: no Broadbill is without them."""
    from importlib import import_module

    from django.apps import apps

    import_module("broadbill.ledger.migrations.0002_chart").write_chart(apps, None)
    import_module("broadbill.identity.migrations.0004_roles").write_roles(apps, None)
    import_module("broadbill.accounts.migrations.0002_provider").write_provider(apps, None)


def _superuser_connection() -> psycopg.Connection[Any]:
    from django.db import connection

    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import EmbeddedServer

    database = connection.settings_dict["NAME"]
    parameters = EmbeddedServer(current_home()).superuser_parameters(database=database)
    return psycopg.connect(**parameters, autocommit=True)
