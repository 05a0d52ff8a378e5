"""FreeRADIUS as `broadbill radius install` sets it up, and as it comes, on the same database server.

As it comes: its own schema and statements (Debian's package), and nothing else changed. Both get the same packets.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SECRET = secrets.token_hex(8)
STOCK = Path("/etc/freeradius/3.0/mods-config/sql/main/postgresql")
NEEDED = ("freeradius", "radclient")
READY_SECONDS = 20
ROLE = "broadbill_radius"
# Packets that radclient has under way, as a NAS with many sessions has.
AT_ONCE = 32


@dataclass(frozen=True)
class Server:
    """A FreeRADIUS that runs: its process and the port on which it takes accounting."""

    process: subprocess.Popen[bytes]
    port: int

    def processor_seconds(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def account(self, packets: Path) -> None:
        """Send what the file holds; all of it must be answered."""
        done = subprocess.run(
            ["radclient", "-q", "-p", str(AT_ONCE), "-r", "10", "-t", "5", "-f", str(packets),
             f"127.0.0.1:{self.port}", "acct", SECRET],
            check=False,
            capture_output=True,
            text=True,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"radclient: {done.stderr[-500:]}")


def missing() -> str | None:
    """What the machine lacks for this, in words."""
    if all(map(shutil.which, NEEDED)) and Path("/usr/lib/freeradius/rlm_sql_postgresql.so").exists():
        # Debian lets nobody but root and FreeRADIUS read it.
        return None if os.access(STOCK / "queries.conf", os.R_OK) else f"{STOCK} cannot be read"
    return "no FreeRADIUS: install Debian's packages freeradius, freeradius-postgresql and freeradius-utils"


@contextmanager
def ours() -> Iterator[Server]:
    """On Broadbill's tables, by the configuration that Broadbill writes."""
    from django.db import connection

    from benchmarks.network import NOW
    from broadbill.network.operations.nas import set_nas

    set_nas(name="bench", address="127.0.0.1", secret=SECRET, vendor="mikrotik", now=NOW, actor="benchmark")
    with _server(str(connection.settings_dict["NAME"])) as server:
        yield server


@contextmanager
def stock() -> Iterator[Server]:
    """On a database of its own with FreeRADIUS's schema, by FreeRADIUS's statements."""
    from benchmarks.floor import superuser

    with superuser("postgres", autocommit=True) as opened:
        opened.execute("CREATE DATABASE stock")
    schema = (STOCK / "schema.sql").read_text(encoding="utf-8")
    with superuser("stock", autocommit=True) as opened:
        opened.execute(schema.encode())
        opened.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}".encode())
        opened.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}".encode())
        opened.execute(
            "INSERT INTO nas (nasname, shortname, secret) VALUES ('127.0.0.1', 'bench', %s)", [SECRET]
        )
    with _server("stock", queries=STOCK / "queries.conf") as server:
        yield server


@contextmanager
def _server(database: str, queries: Path | None = None) -> Iterator[Server]:
    from benchmarks.floor import superuser
    from broadbill.network.adapters.radius_files import RadiusServer, write_files
    from broadbill.network.operations.radius_role import grant_rights, search_path

    with superuser(database, autocommit=True) as opened:
        password = secrets.token_hex(16)
        opened.execute(
            f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        opened.execute(f"ALTER ROLE {ROLE} PASSWORD '{password}'".encode())
        keywords = {"host": opened.info.host, "port": str(opened.info.port), "dbname": database, "user": ROLE,
                "password": password}  # fmt: skip
    options = "public" if queries else search_path()
    if queries is None:
        grant_rights()
    folder = Path(tempfile.mkdtemp(prefix="broadbill-radius-"))
    acct_port = _free_port()
    write_files(
        RadiusServer(
            folder=folder,
            database=keywords | {"options": f"-c search_path={options}"},
            voucher_key=secrets.token_hex(32),
            address="127.0.0.1",
            auth_port=_free_port(),
            acct_port=acct_port,
        )
    )
    if queries:
        shutil.copy(queries, folder / "queries.conf")
        module = folder / "mods" / "sql"
        told = module.read_text(encoding="utf-8")
        # A table that only those statements name.
        module.write_text(
            told.replace("\tread_groups", '\tclient_table = "nas"\n\tread_groups'), encoding="utf-8"
        )
    process = subprocess.Popen(
        ["freeradius", "-f", "-l", "stdout", "-d", str(folder)],
        stdout=(folder / "output").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_ready(process, folder / "output")
        yield Server(process, acct_port)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> None:
    ends = time.monotonic() + READY_SECONDS
    while "Ready to process requests" not in (said := output.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > ends:
            raise SystemExit(f"FreeRADIUS does not start:\n{said[-2000:]}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
