"""`python -m benchmarks.naive 100000`: that many random scenarios, billed by the engine and by counting days.

The same seeds make the same scenarios everywhere. The first disagreement ends it: the scenario and both results are
printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from multiprocessing import Pool

from tests.core.agreement import engine_and_naive, made_for

SHOWN_EVERY_SECONDS = 5.0
AT_ONCE = 20


def main() -> None:
    arguments = _arguments()
    seeds = range(arguments.first, arguments.first + arguments.count)
    started = shown = time.monotonic()
    with Pool(arguments.workers) as workers:
        for agreed, (seed, agrees) in enumerate(workers.imap(agreement, seeds, AT_ONCE)):
            if not agrees:
                workers.terminate()
                print(f"{agreed:,} agreed, then a disagreement:", file=sys.stderr)
                print(disagreement(seed))
                sys.exit(1)
            if time.monotonic() - shown > SHOWN_EVERY_SECONDS:
                shown = time.monotonic()
                print(f"{agreed + 1:,} of {arguments.count:,} agree", file=sys.stderr, flush=True)
    seconds = time.monotonic() - started
    print(f"{arguments.count:,} scenarios agree, from seed {arguments.first}, in {seconds:.0f} s.")


def agreement(seed: int) -> tuple[int, bool]:
    """Whether both bill the same money for the scenario of a seed."""
    try:
        engine, naive = engine_and_naive(made_for(seed))
    except Exception as error:
        error.add_note(f"with the scenario of seed {seed}")
        raise
    return seed, engine == naive


def disagreement(seed: int) -> str:
    """The scenario, ready for `broadbill simulate -`, and where the two differ."""
    made = made_for(seed)
    engine, naive = engine_and_naive(made)
    places = sorted(place for place in {*engine, *naive} if engine.get(place) != naive.get(place))
    lines = [
        f"{subscription} {charge}: the engine bills {engine.get((subscription, charge), 0)}, "
        f"counting days gives {naive.get((subscription, charge), 0)}"
        for subscription, charge in places
    ]
    return "\n".join([f"seed {seed}", json.dumps(made, indent=1), *lines])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.naive", description="Compare the engine with counting days."
    )
    parser.add_argument("count", nargs="?", type=int, default=100_000, help="how many scenarios")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
