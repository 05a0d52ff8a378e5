"""FreeRADIUS's configuration, filled in for one database."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from broadbill.network.domain.errors import RadiusFolderUnusable

PASSWORD_FILE = "database.password"  # noqa: S105  # where it lies, not what it is
TEMPLATES = files("broadbill.network.adapters") / "freeradius"


@dataclass(frozen=True, kw_only=True, slots=True)
class RadiusServer:
    """Where a FreeRADIUS listens, what it connects to, and as which user of the machine it runs.

    `database` are libpq keywords; its password goes into a file of its own, because FreeRADIUS logs the others.
    `run_as` empty: as whoever starts it.
    """

    folder: Path
    database: Mapping[str, str]
    # By which codes of vouchers are hidden (`domain.naming.hidden_name`).
    voucher_key: str
    run_as: str = ""
    address: str = "*"
    auth_port: int = 1812
    acct_port: int = 1813


def write_files(server: RadiusServer) -> list[Path]:
    """Write the whole configuration and return its files. Nobody but its owner and the server's group may read it.

    Raises: RadiusFolderUnusable.
    """
    logs = server.folder / "log"
    words = {
        "folder": server.folder,
        "logs": logs,
        "address": server.address,
        "auth_port": server.auth_port,
        "acct_port": server.acct_port,
        "owner": f"\tuser = {server.run_as}\n\tgroup = {server.run_as}\n" if server.run_as else "",
        "database": _keywords(server),
    }
    content = {
        "radiusd.conf": _template("radiusd.conf").format(**words),
        "site": _template("site").format(**words),
        "mods/sql": _template("sql").format(**words),
        "mods/methods": _template("methods"),
        "policy": _template("policy").replace("@voucher_key@", server.voucher_key),
        "queries.conf": _template("queries.conf"),
        "dictionary": "# Broadbill needs no attributes beyond FreeRADIUS's own.\n",
        PASSWORD_FILE: _password_line(server.database),
    }
    try:
        for folder in (server.folder, server.folder / "mods", logs):
            folder.mkdir(parents=True, exist_ok=True)
            _hand_over(folder, server.run_as, 0o770 if folder == logs else 0o750)
        return [_write(server.folder / name, text, server.run_as) for name, text in content.items()]
    except (OSError, LookupError) as error:
        raise RadiusFolderUnusable(folder=str(server.folder), reason=str(error)) from error


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _keywords(server: RadiusServer) -> str:
    """libpq's connection string, as it stands between double quotes in FreeRADIUS's file."""
    told = {key: value for key, value in server.database.items() if key != "password"}
    told["passfile"] = str(server.folder / PASSWORD_FILE)
    return " ".join(f"{key}='{_quoted(value)}'" for key, value in told.items()).replace('"', '\\"')


def _quoted(value: str) -> str:
    """As libpq wants a value between single quotes."""
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _password_line(database: Mapping[str, str]) -> str:
    """As libpq's password file has it, for any host, port and database."""
    escaped = database.get("password", "").replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:{database['user']}:{escaped}\n"


def _write(path: Path, text: str, run_as: str) -> Path:
    """Replace the file in one step; it never holds its secrets where others could read them."""
    new = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    if path.name == PASSWORD_FILE:
        # libpq takes no notice of a password file that its group could read.
        if run_as:
            shutil.chown(new, user=run_as, group=run_as)
    else:
        _hand_over(new, run_as, 0o640)
    return new.replace(path)


def _hand_over(path: Path, run_as: str, mode: int) -> None:
    if run_as:
        shutil.chown(path, group=run_as)
    path.chmod(mode)
