"""`broadbill down`: stop everything that runs in this home."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.cli import running
from broadbill.core.errors import DomainError
from broadbill.kernel.home import current_home
from broadbill.kernel.postgres import EmbeddedServer, is_embedded
from broadbill.kernel.processes import wait_until_gone

STOP_SECONDS = 90


@dataclass(kw_only=True, eq=False)
class DoesNotStop(DomainError):
    """The running `up` did not end in time."""

    code = "cli.does_not_stop"
    message = (
        "Broadbill (process {pid}) did not stop within {seconds} s. Look into {log}, or end that process."
    )
    pid: int
    seconds: int
    log: str


def down() -> None:
    """Stop the pages, the background work and the embedded database of this home. Does nothing when nothing runs."""
    home = current_home()
    found = running.running_in(home)
    if found is not None and (process := found.process()):
        running.ask_to_stop(home)
        if wait_until_gone([process], seconds=STOP_SECONDS):
            raise DoesNotStop(pid=found.pid, seconds=STOP_SECONDS, log=str(home.logs_folder / "up.log"))
        print(f"Stopped the pages at {found.address} and the background work.")
    stopped_database = is_embedded() and home.folder.exists() and EmbeddedServer(home).stop()
    if stopped_database:
        print("Stopped the database.")
    if found is None and not stopped_database:
        print("Nothing was running.")
