"""Debian's snmpd, started on a port of its own, with interfaces whose counters a test sets."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.network.radius import free_udp_port

SNMPD = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")
COMMUNITY = "correct-horse"
USER, AUTHENTICATION_PASSWORD, PRIVACY_PASSWORD = "watcher", "battery-staple", "horse-battery"
IF_OPER_STATUS = ".1.3.6.1.2.1.2.2.1.8"
IF_X_TABLE = ".1.3.6.1.2.1.31.1.1.1"
SYS_UP_TIME = ".1.3.6.1.2.1.1.3"
READY_SECONDS = 10


@dataclass
class Port:
    """An interface as the agent tells it."""

    name: str
    in_octets: int = 0
    out_octets: int = 0
    discontinuity: int = 0
    is_up: bool = True
    speed_mbps: int = 10_000


@dataclass
class SnmpAgent:
    """`ports` by their numbers (ifIndex); `tell` makes the agent tell them. `is_real`: those of the machine."""

    folder: Path
    is_real: bool = False
    up_ticks: int = 100_000
    ports: dict[int, Port] = field(default_factory=dict)
    port: int = field(default_factory=free_udp_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tell()
        lines = [
            f"agentAddress udp:127.0.0.1:{self.port}",
            f"rocommunity {COMMUNITY} 127.0.0.1",
            f'createUser {USER} SHA-256 "{AUTHENTICATION_PASSWORD}" AES "{PRIVACY_PASSWORD}"',
            f"rouser {USER} priv",
            "sysName edge",
        ]
        if not self.is_real:
            script = f"{sys.executable} {Path(__file__).parent / 'agent_values.py'} {self.folder / 'values'}"
            lines += [
                f"pass_persist -p 10 {tree} {script}" for tree in (SYS_UP_TIME, IF_OPER_STATUS, IF_X_TABLE)
            ]
        (self.folder / "snmpd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert SNMPD is not None
        self._process = subprocess.Popen(
            [SNMPD, "-f", "-Lf", str(self.folder / "log"), "-C", "-c", str(self.folder / "snmpd.conf")],
            env={"SNMP_PERSISTENT_DIR": str(self.folder / "state"), "MIBS": ""},
        )
        self._wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def tell(self) -> None:
        """Have the agent tell its ports as they are now."""
        lines = [f"{SYS_UP_TIME}.0 timeticks {self.up_ticks % 2**32}"]
        for number, port in self.ports.items():
            lines += [
                f"{IF_OPER_STATUS}.{number} integer {1 if port.is_up else 2}",
                f"{IF_X_TABLE}.1.{number} string {port.name}",
                f"{IF_X_TABLE}.6.{number} counter64 {port.in_octets % 2**64}",
                f"{IF_X_TABLE}.10.{number} counter64 {port.out_octets % 2**64}",
                f"{IF_X_TABLE}.15.{number} gauge {port.speed_mbps}",
                f"{IF_X_TABLE}.19.{number} timeticks {port.discontinuity}",
            ]
        (self.folder / "values").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _wait(self) -> None:
        """Until its socket is taken."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                try:
                    probe.bind(("127.0.0.1", self.port))
                except OSError:
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())
