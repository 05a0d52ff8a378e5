"""A disk that fills up during a run: one clear line, nothing half done, and the run goes on when there is room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import SOURCE

ACCOUNTS = 3000
DISK_MEGABYTES = 600
# The server uses its old log files again, so that only tables grow: by some 8 MB for these bills.
ROOM_MEGABYTES = 5


def _mounted(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(folder)]
    return (
        sys.platform == "linux" and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    if not _mounted(tmp_path):
        pytest.skip("needs the right to mount a file system")
    try:
        yield tmp_path
    finally:
        _run("broadbill.cli.main", "down", home=tmp_path / "home")
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def _run(module: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADBILL_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment |= {
        "BROADBILL_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(SOURCE), str(SOURCE.parent)]),
    }
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def _bill(home: Path) -> subprocess.CompletedProcess[str]:
    bill = ("bill", "--through", "2026-02-01", "--chunk", "200", "--workers", "2", "--json")
    return _run("broadbill.cli.main", *bill, home=home)


def _fill_disk(folder: Path) -> Path:
    ballast = folder / "ballast"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - ROOM_MEGABYTES * 1024 * 1024)
    return ballast


def test_a_full_disk_is_told_in_one_line_and_the_run_goes_on_when_there_is_room(small_disk: Path) -> None:
    home = small_disk / "home"
    _run("broadbill.cli.main", "migrate", home=home).check_returncode()
    filled = _run("tests.billing.many_accounts", str(ACCOUNTS), home=home)
    assert filled.returncode == 0, filled.stderr
    ballast = _fill_disk(small_disk)

    stopped = _bill(home)

    assert stopped.returncode != 0
    assert stopped.stdout == ""
    assert "disk is full" in stopped.stderr
    assert stopped.stderr.count("\n") == 1
    ballast.unlink()
    assert json.loads(_bill(home).stdout)["documents"] == ACCOUNTS
    verified = json.loads(_run("broadbill.cli.main", "verify", "--json", home=home).stdout)
    assert (verified["documents"], verified["deviations"]) == (ACCOUNTS, [])
