"""Commands run as people run them: each in a process of its own, in a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Terminal:
    """A shell in which BROADBILL_HOME is set."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `broadbill` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "broadbill.cli.main", *arguments],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `broadbill` and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "broadbill.cli.main", *arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        source = str(Path(__file__).parents[2] / "src")
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BROADBILL_", "DJANGO_"))
        }
        return inherited | {"BROADBILL_HOME": str(self.home), "PYTHONPATH": source} | self.variables


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A shell in a home that is not there yet."""
    terminal = Terminal(tmp_path / "home")
    yield terminal
    terminal.variables.clear()
    terminal.run("down")


@pytest.fixture(scope="module")
def settled_terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A shell in a home whose tables are made, shared by the tests of a file."""
    terminal = Terminal(tmp_path_factory.mktemp("settled") / "home")
    assert terminal.run("migrate").returncode == 0
    assert terminal.run("down").returncode == 0
    yield terminal
    terminal.variables.clear()
    terminal.run("down")
