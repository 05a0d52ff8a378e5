"""`up` runs everything together and leaves nothing behind; `status`, `down` and `doctor` see it from outside."""

from __future__ import annotations

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

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the tests send Unix signals"),
]


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if answer := condition():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"did not come true in {seconds} s")


def state_of(terminal) -> dict[str, Any]:
    return json.loads(terminal.run("status", "--json").stdout)


@pytest.fixture
def up(terminal) -> Iterator[subprocess.Popen[str]]:
    process = terminal.start("up")
    wait_for(lambda: process.poll() is not None or state_of(terminal)["status"] == "ok")
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


class TestUp:
    def test_serves_pages_works_and_stops_on_a_signal(self, terminal, up):
        state = state_of(terminal)
        assert (state["database"]["state"], state["pages"]["state"], state["worker"]["state"]) == ("running",) * 3
        address = state["pages"]["address"]
        with urllib.request.urlopen(f"{address}/health") as answer:
            assert json.load(answer)["status"] == "ok"
        children = family(up)

        up.send_signal(signal.SIGTERM)
        said = up.communicate(timeout=60)[0]

        assert up.returncode == 0
        assert address in said
        assert [child for child in children if child.is_running()] == []
        assert state_of(terminal)["database"]["state"] == "stopped"

    def test_starts_again_what_dies_and_stops_on_down(self, terminal, up):
        worker = next(child for child in family(up) if "worker-1" in child.cmdline())
        worker.kill()
        wait_for(lambda: any("worker-1" in child.cmdline() for child in family(up) if child.pid != worker.pid))

        result = terminal.run("down")

        assert result.returncode == 0
        assert "Stopped the pages" in result.stdout
        assert up.wait(10) == 0

    def test_is_refused_a_second_time(self, terminal, up):
        second = terminal.run("up")

        assert second.returncode == 1
        assert second.stderr.startswith("broadbill: Broadbill runs already in ")

    def test_takes_its_children_along_when_it_is_killed(self, terminal, up):
        children = family(up)

        up.kill()
        up.wait()

        wait_for(lambda: not any(child.is_running() for child in children), seconds=40)
        assert terminal.run("status").returncode == 1


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
