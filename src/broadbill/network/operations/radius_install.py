"""Making a FreeRADIUS for this Broadbill."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from broadbill.network.adapters.radius_files import RadiusServer, write_files
from broadbill.network.operations.radius_role import ROLE, grant_rights, role_statement, search_path


def install_radius(
    *,
    server: RadiusServer,
    database: Mapping[str, str],
    password: str,
    run_as_superuser: Callable[[str], None],
) -> list[Path]:
    """Give FreeRADIUS's database role its rights, and a new password unless it is told; write the configuration.

    `database` are libpq keywords of the address by which FreeRADIUS reaches the database; `run_as_superuser` runs a
    statement that only an administrator of the database may. Raises: RadiusFolderUnusable.
    """
    if not password:
        password = secrets.token_urlsafe(32)
        run_as_superuser(role_statement(password))
    grant_rights()
    told = {**database, "user": ROLE, "password": password, "options": f"-c search_path={search_path()}"}
    return write_files(replace(server, database=told))
