"""Measures one size after the other, each in a process and a home of its own, and prints a table."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import this_machine
from benchmarks.report import print_table
from broadbill.kernel.home import Home
from broadbill.kernel.postgres import EmbeddedServer

SIZES = (10_000, 100_000, 1_000_000)
PROVIDERS = ("access", "mixed")
DISK_BYTES_PER_ACCOUNT = 24_000


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, _stop)
    ends = time.monotonic() + arguments.minutes * 60
    results: list[dict[str, Any]] = []
    complete = True
    for size in arguments.sizes:
        result, problem = _measure(arguments.provider, size, arguments.workers, ends)
        if problem:
            complete = False
            print(f"{size:,} accounts: {problem}", file=sys.stderr)
        if result:
            results.append(result)
    print_table(results)
    if arguments.json:
        found = {"machine": this_machine(), "sizes": results}
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if complete else 1)


def _stop(number: int, frame: object) -> None:
    """Leave by an exception, so that everything that was started is ended and nothing stays on the disk."""
    del frame
    raise SystemExit(128 + number)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure how fast Broadbill is."
    )
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="numbers of accounts")
    parser.add_argument(
        "--provider",
        choices=PROVIDERS,
        default=PROVIDERS[0],
        help="who is billed (benchmarks/provider.py, mixed.py)",
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of a bill run")
    parser.add_argument("--minutes", type=float, default=180.0, help="stop after so many minutes")
    parser.add_argument("--json", type=Path, help="also write everything that was measured into this file")
    return parser.parse_args()


def _measure(provider: str, size: int, workers: int, ends: float) -> tuple[dict[str, Any], str | None]:
    """What was measured of one size, and why not all of it."""
    folder = Path(tempfile.mkdtemp(prefix="broadbill-bench-"))
    out = folder / "result.json"
    try:
        needed = size * DISK_BYTES_PER_ACCOUNT
        if shutil.disk_usage(folder).free < needed:
            return {}, f"skipped, {folder.parent} has less than {needed / 1e9:.0f} GB free"
        problem = _run(provider, size, workers, folder / "home", out, ends - time.monotonic())
        return json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}, problem
    finally:
        EmbeddedServer(Home(folder / "home")).stop()
        shutil.rmtree(folder)


def _run(provider: str, size: int, workers: int, home: Path, out: Path, seconds: float) -> str | None:
    if seconds <= 0:
        return "skipped, the time is up"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADBILL_")}
    command = [sys.executable, "-m", "benchmarks.measure", provider, str(size), str(workers), str(out)]
    process = subprocess.Popen(
        command, env=environment | {"BROADBILL_HOME": str(home)}, start_new_session=sys.platform != "win32"
    )
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return "stopped, the time is up"
    finally:
        _end(process)
    return f"failed with exit code {code}" if code else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what was started, with its workers, whichever way this process is left."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.terminate()
    else:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()


if __name__ == "__main__":
    main()
