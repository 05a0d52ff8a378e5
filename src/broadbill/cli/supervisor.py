"""Keeps child processes running, shows what they say, and ends them together."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path

import psutil

from broadbill.kernel.processes import wait_until_gone

LONGEST_LOG_BYTES = 10 * 1024 * 1024
STOP_SECONDS = 25
# A child that dies at once is started again more and more slowly, up to this long apart.
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0


@dataclass
class Child:
    """A process to keep alive: its name in the log, and the arguments for this Python."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    pause_seconds: float = 1.0
    start_after: float = 0.0
    threads: list[threading.Thread] = field(default_factory=list)


class Supervisor:
    """Starts the children, starts those that die again, and stops all of them."""

    def __init__(self, children: Sequence[Child], *, logs_folder: Path) -> None:
        self.children = children
        self.logger = logging.getLogger("broadbill.up")
        self.logger.propagate = False
        self.logger.setLevel(logging.INFO)
        handler = RotatingFileHandler(
            logs_folder / "up.log", maxBytes=LONGEST_LOG_BYTES, backupCount=3, delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self.logger.addHandler(handler)

    def tend(self) -> None:
        """Look after every child once: start what does not run."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._note_death(child, now)
            if child.process is None and now >= child.start_after:
                self._start(child, now)

    def stop(self) -> None:
        """Tell all children to end, wait for the work in their hands, and kill what is left."""
        ours = [child.process for child in self.children if child.process is not None]
        living = [psutil.Process(process.pid) for process in ours if process.poll() is None]
        family = [*living, *(descendant for parent in living for descendant in _descendants(parent))]
        for told in living:
            told.terminate()
        for left in wait_until_gone(family, seconds=STOP_SECONDS):
            self.say("up", f"process {left.pid} did not end in {STOP_SECONDS} s and is killed")
            left.kill()
        for process in ours:
            process.wait()
        for child in self.children:
            for thread in child.threads:
                thread.join(timeout=2)

    def say(self, name: str, line: str) -> None:
        """One line into the terminal and the log."""
        print(f"{name:>8} | {line}", flush=True)
        self.logger.info("%s | %s", name, line)

    def _start(self, child: Child, now: float) -> None:
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP
        child.process = subprocess.Popen(
            [sys.executable, *child.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C in the terminal reaches `up` alone, which ends the children in order.
            start_new_session=sys.platform != "win32",
            creationflags=flags,
        )
        child.started_at = now
        reader = threading.Thread(target=self._relay, args=[child.name, child.process], daemon=True)
        reader.start()
        child.threads = [reader]

    def _note_death(self, child: Child, now: float) -> None:
        assert child.process is not None
        if now - child.started_at > STEADY_SECONDS:
            child.pause_seconds = 1.0
        self.say(
            "up",
            f"{child.name} ended with code {child.process.returncode}; again in {child.pause_seconds:.0f} s",
        )
        child.process = None
        child.start_after = now + child.pause_seconds
        child.pause_seconds = min(2 * child.pause_seconds, LONGEST_PAUSE_SECONDS)

    def _relay(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                self.say(name, line.rstrip())


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
