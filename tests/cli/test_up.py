"""`up` runs everything together and leaves nothing behind; `status`, `down` and `doctor` see it from outside."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from broadbill.kernel.processes import is_alive

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the tests send Unix signals"),
]


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if answer := condition():
            return answer
        time.sleep(0.5)
    raise AssertionError(f"did not come true in {seconds} s")


def state_of(terminal) -> dict[str, Any]:
    result = terminal.run("status", "--json")
    assert result.stderr == ""
    return json.loads(result.stdout)


def is_healthy(terminal) -> bool:
    """Looks at the page for monitors, which costs less than a command."""
    try:
        port = json.loads((terminal.home / "state.json").read_text())["port"]
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
    except (OSError, KeyError):
        return False
    return True


@pytest.fixture
def up(settled_terminal) -> Iterator[subprocess.Popen[str]]:
    process = settled_terminal.start("up")
    wait_for(lambda: process.poll() is not None or is_healthy(settled_terminal))
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Everything that `up` started but the database, which is stopped in its own way."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is being looked at
            if not child.name().startswith("postgres"):
                found.append(child)
    return found


def is_worker(child: psutil.Process, name: str) -> bool:
    try:
        return name in child.cmdline()
    except psutil.NoSuchProcess:
        return False


class TestUp:
    def test_serves_pages_works_and_stops_on_a_signal(self, settled_terminal, up):
        state = state_of(settled_terminal)
        address = state["pages"]["address"]
        with urllib.request.urlopen(f"{address}/health") as answer:
            health = json.load(answer)
        children = children_of(up)
        second = settled_terminal.run("up")

        up.send_signal(signal.SIGTERM)
        said = up.communicate(timeout=60)[0]

        assert (state["database"]["state"], state["pages"]["state"], state["worker"]["state"]) == (
            "running",
        ) * 3
        assert (health["status"], health["database"], health["worker"]) == ("ok", "ok", "ok")
        assert second.returncode == 1
        assert second.stderr.startswith("broadbill: Broadbill runs already in ")
        assert up.returncode == 0
        assert address in said
        assert [child for child in children if is_alive(child)] == []
        assert state_of(settled_terminal)["database"]["state"] == "stopped"

    def test_starts_again_what_dies_and_stops_on_down(self, settled_terminal, up):
        worker = next(child for child in children_of(up) if is_worker(child, "worker-1"))
        worker.kill()
        wait_for(
            lambda: any(is_worker(child, "worker-1") for child in children_of(up) if child.pid != worker.pid)
        )

        result = settled_terminal.run("down")

        assert result.returncode == 0
        assert "Stopped the pages" in result.stdout
        assert up.wait(10) == 0

    def test_takes_its_children_along_when_it_is_killed(self, settled_terminal, up):
        children = children_of(up)

        up.kill()
        up.wait()

        wait_for(lambda: not any(is_alive(child) for child in children), seconds=30)
        assert settled_terminal.run("status").returncode == 1


class TestAPort:
    def test_that_is_taken_is_refused_with_another(self, terminal):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            result = terminal.run("up", "--port", str(port))

        assert result.returncode == 1
        assert f"Port {port} on 127.0.0.1 is taken by another program" in result.stderr


class TestWithNothingRunning:
    def test_status_says_so_and_starts_nothing(self, terminal):
        result = terminal.run("status")

        assert result.returncode == 1
        assert "stopped" in result.stdout
        assert not terminal.home.exists()

    def test_down_has_nothing_to_do(self, terminal):
        result = terminal.run("down")

        assert (result.returncode, result.stdout) == (0, "Nothing was running.\n")


class TestDoctor:
    def test_names_each_problem_with_a_remedy(self, terminal):
        result = terminal.run("doctor")

        assert result.returncode == 1
        assert "ok       database     embedded PostgreSQL 18." in result.stdout
        assert "PROBLEM  tables" in result.stdout
        assert "-> Run: broadbill migrate" in result.stdout
        assert state_of(terminal)["database"]["state"] == "stopped"

    def test_says_what_is_wrong_with_a_setting(self, terminal):
        terminal.variables["BROADBILL_TIME_ZONE"] = "Mars/Olympus"

        result = terminal.run("doctor")

        assert "PROBLEM  settings     BROADBILL_TIME_ZONE is 'Mars/Olympus'" in result.stdout
