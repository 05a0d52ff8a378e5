"""Tries mutants: after one run of all tests that notes which test reaches which line, a fork of the process for each
mutant runs the tests that reach its lines, the quick ones first, until one fails."""

from __future__ import annotations

import functools
import gc
import os
import resource
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from mutation.mutants import Mutant

MEMORY_BYTES = 2 << 30
# The machine's own zone must not matter to the core; where it does, it shows far from UTC.
ZONE = "Pacific/Auckland"
SURVIVED, KILLED, FAULT = range(3)


class Outcome(StrEnum):
    """What became of a mutant. One that never ends is killed."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNREACHED = "unreached"


class Trial:
    """A pytest plugin that tries mutants instead of running tests once. `tell` hears of each outcome at once."""

    def __init__(self, mutants: Sequence[Mutant], jobs: int, tell: Callable[[Mutant, Outcome], None]) -> None:
        self.mutants = mutants
        self.jobs = jobs
        self.tell = tell
        self.seconds: dict[str, float] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        os.environ["TZ"] = ZONE
        time.tzset()
        self._try_all(session.items, self._reach(session.items))
        return True

    def _reach(self, items: Sequence[pytest.Item]) -> dict[tuple[Path, int], set[int]]:
        """The tests, by their place in the list, that reach each line of each file."""
        coverage = Coverage(
            data_file=None, config_file=False, include=["src/broadbill/core/*"], messages=False
        )
        coverage.start()
        caches = _caches()
        for number, item in enumerate(items):
            for cache in caches:
                cache.cache_clear()
            coverage.switch_context(str(number))
            begun = time.perf_counter()
            if not _run(item, items[number + 1] if number + 1 < len(items) else None):
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant.")
            self.seconds[item.nodeid] = time.perf_counter() - begun
        coverage.stop()
        reach: dict[tuple[Path, int], set[int]] = defaultdict(set)
        data = coverage.get_data()
        for file in data.measured_files():
            path = Path(file).relative_to(Path.cwd())
            for line, tests in data.contexts_by_lineno(file).items():
                reach[path, line] = {int(test) for test in tests if test}
        return reach

    def _try_all(self, items: Sequence[pytest.Item], reach: dict[tuple[Path, int], set[int]]) -> None:
        for cache in _caches():
            cache.cache_clear()
        gc.collect()
        gc.freeze()
        running: dict[int, Mutant] = {}
        for mutant, tests in self._ready(items, reach):
            while len(running) >= self.jobs:
                self._bury(running)
            running[self._fork(mutant, tests)] = mutant
        while running:
            self._bury(running)

    def _ready(
        self, items: Sequence[pytest.Item], reach: dict[tuple[Path, int], set[int]]
    ) -> Iterator[tuple[Mutant, list[pytest.Item]]]:
        for done, mutant in enumerate(self.mutants):
            if done % 100 == 0:
                print(f"{done} of {len(self.mutants)}", flush=True)
            numbers = set().union(*(reach[mutant.path, line] for line in mutant.lines))
            tests = sorted((items[number] for number in numbers), key=lambda item: self.seconds[item.nodeid])
            if tests:
                yield mutant, tests
            else:
                self.tell(mutant, Outcome.UNREACHED)

    def _fork(self, mutant: Mutant, tests: Sequence[pytest.Item]) -> int:
        child = os.fork()
        if child:
            return child
        try:
            self._try(mutant, tests)
        finally:
            os._exit(FAULT)

    def _try(self, mutant: Mutant, tests: Sequence[pytest.Item]) -> None:
        """End the process: by a signal when a test never ends."""
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        mutant.apply()
        for number, item in enumerate(tests):
            signal.setitimer(signal.ITIMER_PROF, 1 + 20 * self.seconds[item.nodeid])
            if not _run(item, tests[number + 1] if number + 1 < len(tests) else None):
                os._exit(KILLED)
        os._exit(SURVIVED)

    def _bury(self, running: dict[int, Mutant]) -> None:
        child, status = os.wait()
        mutant, code = running.pop(child), os.waitstatus_to_exitcode(status)
        if code == FAULT:
            raise RuntimeError(f"{mutant.path} {mutant.name} cannot be tried: {mutant.change}")
        self.tell(mutant, Outcome.SURVIVED if code == SURVIVED else Outcome.KILLED)


def _caches() -> list[Any]:
    """The core's caches, which else would answer in place of a mutant."""
    wrapper = type(functools.lru_cache(_caches))
    return [
        found
        for found in gc.get_objects()
        if type(found) is wrapper and found.__module__.startswith("broadbill.core")
    ]


def _run(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Whether the test passes."""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))
