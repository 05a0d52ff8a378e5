"""The benchmark of the pricing models measures what it says, at a size of nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import models
from benchmarks.model_cases import CASES, QUANTITIES, Case
from broadbill.core.rating.registry import OF_QUANTITIES


class TestModels:
    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    def test_are_each_billed(self, case: Case) -> None:
        measured = models._measured(case, 0.0)

        assert measured["charges_per_second"] > 0

    def test_are_all_there(self) -> None:
        assert set(QUANTITIES) == set(OF_QUANTITIES)


def test_the_command_writes_what_it_found(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    command = [
        sys.executable,
        "-m",
        "benchmarks.models",
        "--seconds",
        "0",
        "--records",
        "1000",
        "--prefixes",
        "500",
    ]

    done = subprocess.run([*command, "--json", str(found)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    told = json.loads(found.read_text())
    assert (told["calls"]["records"], told["calls"]["prefixes"]) == (1000, 500)
