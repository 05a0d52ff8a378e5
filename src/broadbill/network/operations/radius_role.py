"""The database role of FreeRADIUS: it reads the views, starts vouchers and writes accounting, nothing else."""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

ROLE = "broadbill_radius"
READ = ("radcheck", "radreply", "radusergroup", "radgroupcheck", "radgroupreply", "nas", "network_radcheck",
        "network_radreply", "network_radusergroup")  # fmt: skip


def role_exists() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        return cursor.fetchone() is not None


def search_path() -> str:
    """The schema of this cell, to be said to FreeRADIUS's connections."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def role_statement(password: str) -> str:
    """What a database administrator runs to make the role, or to give it the new password."""
    verb = "ALTER" if role_exists() else "CREATE"
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(ROLE), sql.Literal(password)
    )
    return statement.as_string(None)


@transaction.atomic
def grant_rights() -> None:
    """Let the role do what FreeRADIUS does, and take from it whatever else it was given here."""
    role = connection.ops.quote_name(ROLE)
    schema = connection.ops.quote_name(search_path())
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        cursor.execute(f"GRANT SELECT ON {', '.join(READ)} TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON radacct TO {role}")
        cursor.execute(f"GRANT INSERT ON network_packet, radpostauth TO {role}")
