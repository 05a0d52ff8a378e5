"""FreeRADIUS and its client, driven as programs."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.db import connection

from broadbill.network.adapters.radius_files import RadiusServer, write_files
from broadbill.network.operations.radius_role import ROLE, grant_rights, search_path
from broadbill.prepaid.operations.network_names import network_key
from tests.databases import start_server

SECRET = "correct-horse-battery"
READY_SECONDS = 20


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_superuser(statement: str) -> None:

    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import EmbeddedServer

    start_server()
    parameters = EmbeddedServer(current_home()).superuser_parameters(
        database=connection.settings_dict["NAME"]
    )
    with psycopg.connect(**parameters, autocommit=True) as superuser:
        superuser.execute(statement.encode())


@dataclass
class Answer:
    """What the server said: Access-Accept and the like, empty when it stayed silent, and its attributes."""

    code: str
    attributes: dict[str, str] = field(default_factory=dict)


class Radius:
    """One FreeRADIUS, from its configuration on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.auth_port, self.acct_port = free_udp_port(), free_udp_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        as_superuser(
            f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        grant_rights()
        settings = connection.settings_dict
        database = {
            "host": settings["HOST"],
            "port": str(settings["PORT"]),
            "dbname": settings["NAME"],
            "user": ROLE,
            "password": "radius's own",
            "options": f"-c search_path={search_path()}",
        }
        write_files(
            RadiusServer(
                folder=self.folder,
                database=database,
                voucher_key=network_key(),
                address="127.0.0.1",
                auth_port=self.auth_port,
                acct_port=self.acct_port,
            )
        )
        self.process = subprocess.Popen(
            ["freeradius", "-f", "-l", "stdout", "-d", str(self.folder)],
            stdout=(self.folder / "output").open("w"),
            stderr=subprocess.STDOUT,
            text=True,
        )
        ends = time.monotonic() + READY_SECONDS
        while "Ready to process requests" not in self.output():
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < ends, self.output()
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    def output(self) -> str:
        return (self.folder / "output").read_text()

    def sign_in(self, *, nas: str = "127.0.0.1", secret: str = SECRET, **attributes: str) -> Answer:
        """Ask as the access server at an address. Underscores in names stand for hyphens."""
        return self._ask("auth", self.auth_port, nas, secret, attributes)

    def account(self, *, nas: str = "127.0.0.1", secret: str = SECRET, **attributes: str) -> Answer:
        return self._ask("acct", self.acct_port, nas, secret, attributes)

    def _ask(self, what: str, port: int, nas: str, secret: str, attributes: dict[str, str]) -> Answer:
        lines = [f"{name.replace('_', '-')} = {value}" for name, value in attributes.items()]
        lines.append(f"Packet-Src-IP-Address = {nas}")
        done = subprocess.run(
            ["radclient", "-x", "-r", "1", "-t", "3", f"127.0.0.1:{port}", what, secret],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        received = re.search(r"^Received (\S+) .*?\n((?:\t.*\n?)*)", done.stdout, re.MULTILINE)
        if received is None:
            return Answer("")
        pairs = (line.strip().partition(" = ") for line in received[2].splitlines())
        return Answer(received[1], {name: value.strip('"') for name, _, value in pairs})
