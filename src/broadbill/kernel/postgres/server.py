"""The embedded PostgreSQL of one home: made, started, found again and stopped.

Every process that needs the database calls `ensure_running`; the first starts it, the others share it. It goes on
running until `broadbill down`, or until the `broadbill up` that started it ends.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from broadbill.kernel.home import Home
from broadbill.kernel.ports import free_port, is_free
from broadbill.kernel.postgres.cluster import DATABASE, ROLE, SUPERUSER, make_cluster, make_role_and_database
from broadbill.kernel.postgres.errors import DatabaseCannotStart, DatabaseCannotStop
from broadbill.kernel.postgres.launch import (
    ProgramFailed,
    folder_argument,
    hand_over,
    process_arguments,
    run_program,
)
from broadbill.kernel.postgres.programs import program
from broadbill.kernel.postgres.tuning import server_settings, this_machine
from broadbill.kernel.processes import is_alive, wait_until_gone

SOCKET_PORT = 5432
# `sun_path` holds 108 bytes on Linux and 104 on macOS, with the closing zero byte.
SOCKET_PATH_BYTES = 103
START_SECONDS = 60
RECOVERY_SECONDS = 1800
STOP_SECONDS = 120
LEAST_FREE_BYTES = 64 * 1024 * 1024
LONGEST_LOG_BYTES = 16 * 1024 * 1024
FULL_HOUSE = ("too many clients", "remaining connection slots")

_started_here: set[Path] = set()


class EmbeddedServer:
    """The one database server of a home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.data = home.postgres_folder / "data"
        self.log = home.logs_folder / "postgres.log"

    def parameters(self, *, user: str = ROLE, database: str = DATABASE) -> dict[str, str]:
        """libpq keywords of the server, whether it runs or not."""
        if self._uses_socket():
            return {
                "host": str(self.data),
                "port": str(self._socket_port()),
                "user": user,
                "dbname": database,
            }
        port = self.home.state().get("database_port", SOCKET_PORT)
        password = self.home.secret(self._password_file())
        return {
            "host": "127.0.0.1",
            "port": str(port),
            "user": user,
            "dbname": database,
            "password": password,
        }

    def superuser_parameters(self, *, database: str = DATABASE) -> dict[str, str]:
        """libpq keywords of the role that may do anything; Broadbill itself never works as it."""
        return self.parameters(user=SUPERUSER, database=database)

    def opened_parameters(self, *, user: str, database: str = DATABASE) -> dict[str, str]:
        """libpq keywords by which other programs of this machine reach the server, with a password of their own.

        A server that only listened on its socket is stopped the first time, and listens on a port from its next start.
        Raises: DatabaseCannotStop.
        """
        if not self.is_open():
            self.stop()
            self.home.remember(open_port=free_port())
        port = self._open_port() if self._uses_socket() else self.parameters()["port"]
        return {"host": "127.0.0.1", "port": str(port), "user": user, "dbname": database}

    def is_open(self) -> bool:
        """Whether programs that may not enter its folder reach it, now or from its next start on."""
        return not self._uses_socket() or self._open_port() is not None

    def ensure_running(self) -> bool:
        """Make the cluster if there is none and start it if it does not run. True when this call started it.

        Raises: DatabaseCannotStart, HomeIsNotUsable, HomeIsBusy, NoUserForDatabase.
        """
        self.home.ensure()
        if self.process() is not None and self._answers():
            return False
        with self.home.locked("database"):
            if self.process() is not None and self._answers():
                return False
            started = self._wait_for_running_one() is None
            password = self.home.secret(self._password_file())
            if started:
                self._refuse_full_disk()
                try:
                    make_cluster(self.home, password=password)
                except ProgramFailed as error:
                    raise self._cannot_start(str(error)) from error
                self._start()
                _started_here.add(self.data)
            make_role_and_database(self.superuser_parameters(database="postgres"), password=password)
        return started

    def was_started_here(self) -> bool:
        """Whether this very process started the server."""
        return self.data in _started_here

    def stop(self) -> bool:
        """Stop the server once its statements in flight are rolled back. False when it was not running.

        Raises: DatabaseCannotStop.
        """
        with self.home.locked("database"):
            process = self.process()
            if process is None:
                return False
            if sys.platform == "win32":
                run_program(
                    self.home,
                    "pg_ctl",
                    "stop",
                    "-D",
                    str(self.data),
                    "-m",
                    "fast",
                    "-W",
                    working_folder=self.data,
                )
            else:
                process.send_signal(signal.SIGINT)
            if wait_until_gone([process], seconds=STOP_SECONDS):
                raise DatabaseCannotStop(pid=process.pid, seconds=STOP_SECONDS, log=self.log)
        return True

    def process(self) -> psutil.Process | None:
        """The running server, or None. A process that merely inherited the number of a dead one is not it."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            is_ours = process.name().startswith("postgres") and Path(process.cwd()) == self.data
            return process if is_ours and is_alive(process) else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return None

    def _uses_socket(self) -> bool:
        socket_path = os.fsencode(self.data / f".s.PGSQL.{SOCKET_PORT}")
        return sys.platform != "win32" and len(socket_path) <= SOCKET_PATH_BYTES

    def _open_port(self) -> int | None:
        """The port on which others of this machine may sign in, where the server has a socket of its own."""
        return self.home.state().get("open_port")

    def _socket_port(self) -> int:
        """The number in the socket's name: PostgreSQL has one for sockets and ports."""
        return self._open_port() or SOCKET_PORT

    def _password_file(self) -> Path:
        return self.home.folder / "database.password"

    def _answers(self) -> bool:
        """Whether Broadbill's own role gets in, or is kept out only because so many others are in."""
        try:
            psycopg.connect(make_conninfo(**self.parameters()), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            return any(complaint in str(error) for complaint in FULL_HOUSE)
        return True

    def _wait_for_running_one(self) -> psutil.Process | None:
        """The server that runs already, once it has recovered from a crash; None when there is none, or no longer."""
        ends = time.monotonic() + RECOVERY_SECONDS
        while (process := self.process()) is not None and not self._accepts_connections():
            if time.monotonic() > ends:
                raise self._cannot_start(f"process {process.pid} runs, but takes no connections")
            time.sleep(0.05)
        return process

    def _refuse_full_disk(self) -> None:
        free = shutil.disk_usage(self.home.folder).free
        if free < LEAST_FREE_BYTES:
            raise self._cannot_start(f"the disk is full ({free // 1024 // 1024} MB free)")

    def _start(self) -> None:
        self._forget_dead_server()
        self._write_configuration()
        self._turn_log()
        attempts_end = time.monotonic() + START_SECONDS
        while True:
            begins_at = self.log.stat().st_size
            server = self._spawn()
            if self._wait_until_ready(server):
                return
            complaint = self._complaint(begins_at)
            # Children of a server that was killed hold its memory for another moment.
            if "shared memory block" not in complaint or time.monotonic() > attempts_end:
                raise self._cannot_start(complaint)
            time.sleep(0.5)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [program(self.home, "postgres"), "-D", folder_argument(self.data)]
        if sys.platform == "win32":
            # pg_ctl drops an administrator's rights, without which the server refuses to start.
            command = [program(self.home, "pg_ctl"), "start", "-D", str(self.data), "-W"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **process_arguments(self.data)
            )

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> bool:
        """False when the server gave up. Recovery after a crash may take its time, as long as it is at work."""
        ends = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < ends:
            if self._accepts_connections():
                return True
            is_over = server.poll() is not None and (sys.platform != "win32" or server.returncode != 0)
            if is_over:
                return False
            time.sleep(0.05)
        return False

    def _accepts_connections(self) -> bool:
        try:
            psycopg.connect(
                make_conninfo(**self.superuser_parameters(database="postgres")), connect_timeout=5
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def _write_configuration(self) -> None:
        chosen = server_settings(this_machine())
        if self._uses_socket():
            chosen |= {
                "listen_addresses": "'127.0.0.1'" if self._open_port() else "''",
                "unix_socket_directories": f"'{folder_argument(self.data)}'",
                "unix_socket_permissions": "0700",
                "port": str(self._socket_port()),
            }
        else:
            port = self.home.state().get("database_port")
            if port is None or not is_free("127.0.0.1", port):
                port = free_port()
            self.home.remember(database_port=port)
            chosen |= {"listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''", "port": str(port)}
        lines = ["# Written anew by Broadbill at every start. ALTER SYSTEM overrides it."]
        lines += [f"{name} = {value}" for name, value in chosen.items()]
        configuration = self.data / "broadbill.conf"
        self.home.write_private(configuration, "\n".join(lines) + "\n")
        hand_over(configuration)

    def _forget_dead_server(self) -> None:
        """After a crash the number in the lock files may by now belong to a stranger, or to a dead process that
        nobody has buried. PostgreSQL would respect it; we know better, for we looked and hold the home's lock."""
        for name in ("postmaster.pid", f".s.PGSQL.{self._socket_port()}.lock"):
            lock_file = self.data / name
            if lock_file.exists() and self.process() is None:
                number = lock_file.read_text().split("\n", 1)[0]
                if number.isdigit() and psutil.pid_exists(int(number)):
                    lock_file.unlink()

    def _turn_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        self.log.touch(mode=0o600)

    def _complaint(self, begins_at: int) -> str:
        """The server's own reason for giving up, from what it wrote into the log since `begins_at` bytes."""
        with self.log.open("rb") as file:
            file.seek(begins_at)
            lines = file.read().decode("utf-8", "replace").splitlines()
        for line in reversed(lines):
            for severity in ("FATAL: ", "PANIC: ", "error: "):
                if severity in line:
                    return line.split(severity, 1)[1].strip()
        return lines[-1].strip() if lines else "it stopped without a word"

    def _cannot_start(self, reason: str) -> DatabaseCannotStart:
        if "No space left on device" in reason:
            reason = f"the disk is full ({reason})"
        return DatabaseCannotStart(folder=self.home.postgres_folder, reason=reason.rstrip("."), log=self.log)
