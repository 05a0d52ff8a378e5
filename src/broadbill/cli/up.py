"""`broadbill up`: database, pages and background work, together in one terminal."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import typer

from broadbill.cli import running
from broadbill.cli.session import close_session, open_session
from broadbill.cli.supervisor import Child, Supervisor
from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home, current_home
from broadbill.kernel.ports import free_port, is_free
from broadbill.kernel.postgres import EmbeddedServer, is_embedded
from broadbill.kernel.postgres.tuning import this_machine

USUAL_PORT = 8000
READY_SECONDS = 120
WORKER_SECONDS = 15
LOOK_SECONDS = 0.3
DATABASE_CHECK_SECONDS = 5.0


@dataclass(kw_only=True, eq=False)
class PortIsTaken(DomainError):
    """Another program listens where the pages should be."""

    code = "cli.port_is_taken"
    message = (
        "Port {port} on {host} is taken by another program. Choose another: broadbill up --port {other}."
    )
    host: str
    port: int
    other: int


@dataclass(kw_only=True, eq=False)
class PagesDidNotCome(DomainError):
    """The web process did not answer in time."""

    code = "cli.pages_did_not_come"
    message = "The pages did not answer within {seconds} s. The reason is in {log}."
    seconds: int
    log: str


def up(
    port: int = typer.Option(
        0, "--port", "-p", min=0, max=65535, help="Port of the pages. Default: the last one used."
    ),
    host: str = typer.Option(
        "127.0.0.1", "--host", help="Address to listen on; 0.0.0.0 lets other machines in."
    ),
) -> None:
    """Run database, pages and background work until Ctrl-C, SIGTERM or `broadbill down`."""
    serve(host=host, port=port)


def serve(*, host: str = "127.0.0.1", port: int = 0, when_ready: Callable[[str], None] | None = None) -> None:
    """Serve the current home until told to stop; then leave nothing running that this call started.

    `port` 0 means the port remembered from the last time, or a free one. `when_ready` gets the address of the pages.

    Raises: IsRunningAlready, PortIsTaken, PagesDidNotCome, and what open_session raises.
    """
    home = current_home()
    home.ensure()
    with running.only_one(home):
        server = EmbeddedServer(home)
        owns_database = is_embedded() and (server.process() is None or server.was_started_here())
        stop = _stop_when_told()
        chosen = _choose_port(home, host, port)
        try:
            open_session(seal_at_end=False)
            # Nothing is left for the end, when the database may be gone: from here on the worker seals.
            close_session()
            _collect_static_files(home)
            this = running.note(home, host=host, port=chosen)
            try:
                _run(home, this, stop, when_ready or _announce)
            finally:
                running.forget(home)
        finally:
            if owns_database:
                server.stop()
        print("Broadbill has stopped.", flush=True)


def _run(home: Home, this: running.Running, stop: threading.Event, when_ready: Callable[[str], None]) -> None:
    supervisor = Supervisor(_children(this), logs_folder=home.logs_folder)
    is_ready = False
    answered_at: float | None = None
    give_up_at = time.monotonic() + READY_SECONDS
    check_database_at = 0.0
    try:
        while not stop.is_set() and not running.is_asked_to_stop(home):
            if is_embedded() and time.monotonic() >= check_database_at:
                # A database that was killed is started again, like the other processes.
                if EmbeddedServer(home).ensure_running() and is_ready:
                    supervisor.say("up", "the database had stopped and was started again")
                check_database_at = time.monotonic() + DATABASE_CHECK_SECONDS
            supervisor.tend()
            if not is_ready and (health := this.health()):
                answered_at = answered_at or time.monotonic()
                # The pages may be there before the workers. They are not waited for very long.
                is_ready = health["status"] == "ok" or time.monotonic() > answered_at + WORKER_SECONDS
                if is_ready:
                    when_ready(this.address)
            if answered_at is None and time.monotonic() > give_up_at:
                raise PagesDidNotCome(seconds=READY_SECONDS, log=str(home.logs_folder / "up.log"))
            stop.wait(LOOK_SECONDS if is_ready else 0.1)
        print("Stopping ...", flush=True)
    finally:
        supervisor.stop()


def _children(this: running.Running) -> list[Child]:
    """One process of pages per core, four at most, and two workers so that a long job never holds up the mail."""
    module = ["-m", "broadbill.cli.processes"]
    web_workers = str(min(4, this_machine().cores))
    web = [*module, "web", "--host", this.host, "--port", str(this.port), "--workers", web_workers]
    workers = [Child(f"worker-{n}", [*module, "worker", "--name", f"worker-{n}"]) for n in (1, 2)]
    return [Child("web", web), *workers]


def _stop_when_told() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set. From here on they end nothing by themselves."""
    stop = threading.Event()

    def tell(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, tell)
    signal.signal(signal.SIGTERM, tell)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, tell)
    return stop


def _choose_port(home: Home, host: str, wanted: int) -> int:
    if wanted:
        if not is_free(host, wanted):
            raise PortIsTaken(host=host, port=wanted, other=free_port(host))
        return wanted
    for port in (home.state().get("port"), USUAL_PORT):
        if port and is_free(host, port):
            return int(port)
    return free_port(host)


def _announce(address: str) -> None:
    print(f"Broadbill is at {address}    (Ctrl-C stops it)", flush=True)
    if way := _way_of_the_first_owner():
        print(f"Nobody can sign in yet. Make the first sign-in at {address}{way}", flush=True)


def _way_of_the_first_owner() -> str:
    """The path of the page for the first owner; empty once somebody can sign in."""
    from django.urls import reverse

    from broadbill.identity.operations.first_owner import first_owner_key
    from broadbill.identity.queries.users import has_staff

    try:
        return "" if has_staff() else reverse("console:first_owner", args=[first_owner_key()])
    finally:
        close_session()


def _collect_static_files(home: Home) -> None:
    from broadbill.kernel.static_files import collect_if_changed

    collect_if_changed(home)
