"""What `broadbill up` of a home wrote down about itself, for the commands in other terminals."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock
import psutil

from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home
from broadbill.kernel.processes import is_alive

STATE_KEY = "up"
LOOPBACK = "127.0.0.1"
LISTENS_HERE = {"0.0.0.0", "::", "localhost", LOOPBACK}  # noqa: S104  # compared only
ANSWER_SECONDS = 5


@dataclass(kw_only=True, eq=False)
class IsRunningAlready(DomainError):
    """`up` was asked for twice in one home."""

    code = "cli.is_running_already"
    message = "Broadbill runs already in {folder}{address}. Stop it first: broadbill down."
    folder: str
    address: str


@dataclass(frozen=True)
class Running:
    """One `broadbill up`: its process and where its pages are. `began_at` tells the process from a later namesake."""

    pid: int
    began_at: float
    host: str
    port: int

    @property
    def address(self) -> str:
        return f"http://{'localhost' if self._reached_at == LOOPBACK else self.host}:{self.port}"

    @property
    def _reached_at(self) -> str:
        return LOOPBACK if self.host in LISTENS_HERE else self.host

    def health(self) -> dict[str, Any] | None:
        """What the page for monitors says, or None when no page answers."""
        host = f"[{self._reached_at}]" if ":" in self._reached_at else self._reached_at
        request = urllib.request.Request(f"http://{host}:{self.port}/health", headers={"Host": "localhost"})
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310  # ours
                body = answer.read()
        except urllib.error.HTTPError as error:
            body = error.read()
        except OSError:
            return None
        try:
            facts: dict[str, Any] = json.loads(body)
        except ValueError:
            # Another program answers at that port.
            return None
        return facts

    def process(self) -> psutil.Process | None:
        """The process, or None when it is gone."""
        try:
            process = psutil.Process(self.pid)
            alive = process.create_time() == self.began_at and is_alive(process)
        except psutil.NoSuchProcess:
            return None
        return process if alive else None


def running_in(home: Home) -> Running | None:
    """The `up` that runs in the home now."""
    noted = home.state().get(STATE_KEY)
    if noted is None:
        return None
    running = Running(**noted)
    return running if running.process() else None


@contextlib.contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Be the only `up` of the home. The lock goes with the process, however it ends.

    Raises: IsRunningAlready.
    """
    lock = filelock.FileLock(home.folder / ".up.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        running = running_in(home)
        address = f" at {running.address}" if running else ""
        raise IsRunningAlready(folder=str(home.folder), address=address) from error
    try:
        yield
    finally:
        lock.release()


def note(home: Home, *, host: str, port: int) -> Running:
    """Write down that this process serves the home."""
    process = psutil.Process()
    running = Running(pid=process.pid, began_at=process.create_time(), host=host, port=port)
    stop_file(home).unlink(missing_ok=True)
    home.remember(**{STATE_KEY: asdict(running), "port": port})
    return running


def forget(home: Home) -> None:
    """Strike out what `note` wrote."""
    stop_file(home).unlink(missing_ok=True)
    home.remember(**{STATE_KEY: None})


def ask_to_stop(home: Home) -> None:
    """Leave word for the running `up`. A file rather than a signal: Windows has none that could be caught."""
    stop_file(home).touch()


def is_asked_to_stop(home: Home) -> bool:
    """Whether somebody left word."""
    return stop_file(home).exists()


def stop_file(home: Home) -> Path:
    return home.folder / "stop.request"
