"""The database server: one embedded PostgreSQL per home, or any other named by BROADBILL_DATABASE_URL."""

from broadbill.kernel.postgres.connection import check_server, connection_parameters, is_embedded
from broadbill.kernel.postgres.errors import (
    DatabaseCannotStart,
    DatabaseIsTooOld,
    DatabaseIsUnreachable,
    DatabaseUrlIsInvalid,
)
from broadbill.kernel.postgres.server import EmbeddedServer

__all__ = [
    "DatabaseCannotStart",
    "DatabaseIsTooOld",
    "DatabaseIsUnreachable",
    "DatabaseUrlIsInvalid",
    "EmbeddedServer",
    "check_server",
    "connection_parameters",
    "is_embedded",
]
