"""`python -m mutation [MODULE …]`: breaks the rating core in every way mutmut knows and says what no test notices."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from mutation.mutants import Mutant, mutants_of
from mutation.report import print_score, print_survivors
from mutation.store import Store
from mutation.trial import Outcome, Trial

CORE = Path("src/broadbill/core/rating")
RESULTS = Path(".mutation/results")
TESTS = ("tests/core", "tests/incidents")
# Only what a reader can check by hand counts. Tests of random scenarios and those that compare the core with itself are
# left out: they are slow, and what they kill nobody has written down.
LEFT_OUT = (
    "tests/core/test_because.py::test_every_",
    "tests/core/test_conservation.py",
    "tests/core/test_foretelling.py",
    "tests/core/test_instalments.py",
    "tests/core/test_model_properties.py",
    "tests/core/test_naive.py",
    "tests/core/test_properties.py",
    "tests/core/test_refusals.py::test_a_strange_value",
    "tests/core/test_scenarios.py::test_a_line_can_be_redone",
    "tests/core/test_scenarios.py::test_the_same_run_again",
)


def main() -> None:
    arguments = _arguments()
    mutants = _in_turn(_paths(arguments.modules), arguments.seed)
    store = Store(RESULTS)
    chosen = mutants[: arguments.sample]
    if arguments.rest:
        chosen = [mutant for mutant in chosen if store.outcome(mutant) is not Outcome.KILLED]
    ended = _try(chosen, arguments.jobs, store) if chosen else pytest.ExitCode.OK
    print_survivors(mutants, store)
    print_score(mutants, store)
    sys.exit(ended)


def _try(mutants: Sequence[Mutant], jobs: int, store: Store) -> int:
    trial = Trial(mutants, jobs, store.keep)
    # Forks would share a database's connection, so whatever needs one is left out.
    left_out = [f"--deselect={name}" for name in LEFT_OUT]
    ended = pytest.main(
        [*TESTS, *left_out, "-m", "not django_db", "-q", "--capture=no", "--no-summary"], plugins=[trial]
    )
    return pytest.ExitCode.OK if ended == pytest.ExitCode.NO_TESTS_COLLECTED else ended


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mutation", description="Break the core and see who notices."
    )
    parser.add_argument(
        "modules", nargs="*", help="files of the rating core, e.g. cycles models/tiers; all of it"
    )
    parser.add_argument("--sample", type=int, help="so many mutants, chosen fairly over all files")
    parser.add_argument("--seed", type=int, default=1, help="of the order in which mutants are tried")
    parser.add_argument("--rest", action="store_true", help="only what the last run did not kill or try")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    return parser.parse_args()


def _paths(modules: Sequence[str]) -> list[Path]:
    if not modules:
        return sorted(CORE.rglob("*.py"))
    return [CORE / f"{module.removesuffix('.py')}.py" for module in modules]


def _in_turn(paths: Sequence[Path], seed: int) -> list[Mutant]:
    """All mutants, shuffled so that every beginning of the list is a fair sample of each file."""
    random = Random(seed)  # noqa: S311  # an order, no secret
    turns = []
    for path in paths:
        mutants = mutants_of(path)
        random.shuffle(mutants)
        turns += [
            ((number + random.random()) / len(mutants), mutant) for number, mutant in enumerate(mutants)
        ]
    return [mutant for _, mutant in sorted(turns, key=lambda turn: turn[0])]


if __name__ == "__main__":
    main()
