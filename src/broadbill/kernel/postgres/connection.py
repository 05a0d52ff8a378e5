"""Where the database is and how to reach it."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from broadbill.kernel import environment
from broadbill.kernel.home import Home
from broadbill.kernel.postgres.errors import DatabaseIsTooOld, DatabaseIsUnreachable, DatabaseUrlIsInvalid
from broadbill.kernel.postgres.server import EmbeddedServer

OLDEST_MAJOR_VERSION = 15
CONNECT_TIMEOUT_SECONDS = 10


def is_embedded() -> bool:
    """Whether this Broadbill keeps its own server, because no other is named."""
    return not environment.text("BROADBILL_DATABASE_URL")


def connection_parameters(home: Home) -> dict[str, str]:
    """libpq keywords of the database, for the embedded one known before it runs.

    Raises: DatabaseUrlIsInvalid.
    """
    url = environment.text("BROADBILL_DATABASE_URL")
    if not url:
        return EmbeddedServer(home).parameters()
    try:
        parameters = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError as error:
        raise DatabaseUrlIsInvalid(reason=_first_line(error)) from error
    if "dbname" not in parameters:
        raise DatabaseUrlIsInvalid(reason="it names no database")
    if not parameters.get("port", "5432").isdigit():
        raise DatabaseUrlIsInvalid(reason=f"its port is {parameters['port']!r}")
    return parameters


def place(parameters: dict[str, str]) -> str:
    """The address in words fit for a message: never the password."""
    host = parameters.get("host", "localhost")
    return f"{host}:{parameters.get('port', '5432')}/{parameters['dbname']}"


def check_server(home: Home) -> str:
    """Connect once and return the server's version, such as `18.6`.

    Raises: DatabaseIsUnreachable, DatabaseIsTooOld, DatabaseUrlIsInvalid.
    """
    parameters = connection_parameters(home)
    address = make_conninfo(**{"connect_timeout": str(CONNECT_TIMEOUT_SECONDS)} | parameters)
    try:
        with psycopg.connect(address) as connection:
            number = connection.info.server_version
    except psycopg.OperationalError as error:
        raise DatabaseIsUnreachable(where=place(parameters), reason=_first_line(error)) from error
    version = f"{number // 10000}.{number % 10000}"
    if number // 10000 < OLDEST_MAJOR_VERSION:
        raise DatabaseIsTooOld(where=place(parameters), found=version, needed=OLDEST_MAJOR_VERSION)
    return version


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
