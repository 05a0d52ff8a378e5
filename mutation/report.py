"""What the tests did not notice, and the share they did, file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from mutation.mutants import Mutant
from mutation.store import Store
from mutation.trial import Outcome

COUNTED = (Outcome.KILLED, Outcome.SURVIVED, Outcome.UNREACHED)


def print_survivors(mutants: Sequence[Mutant], store: Store) -> None:
    """Each with its place and its change, to be read beside the source."""
    alive = [mutant for mutant in mutants if store.outcome(mutant) in {Outcome.SURVIVED, Outcome.UNREACHED}]
    for mutant in sorted(alive, key=lambda mutant: (mutant.path, mutant.lines.start)):
        print(f"{mutant.path}:{mutant.lines.start} {mutant.name} {store.outcome(mutant)}\n{mutant.change}\n")


def print_score(mutants: Sequence[Mutant], store: Store) -> None:
    """One line a file: how many of its mutants were tried, killed, survived and were reached by no test."""
    counts: dict[Path, Counter[Outcome | None]] = {mutant.path: Counter() for mutant in mutants}
    for mutant in mutants:
        counts[mutant.path][store.outcome(mutant)] += 1
    table = Table(
        "file", *(Column(name, justify="right") for name in ("mutants", "tried", *COUNTED, "score"))
    )
    for path in sorted(counts):
        table.add_row(*_row(str(path), counts[path]))
    table.add_section()
    table.add_row(*_row("together", sum(counts.values(), Counter())))
    Console(width=110).print(table)


def score(counts: Mapping[Outcome | None, int]) -> str:
    """The share of the tried mutants that were killed."""
    tried = sum(counts.get(outcome, 0) for outcome in COUNTED)
    return f"{100 * counts.get(Outcome.KILLED, 0) / tried:.1f} %" if tried else ""


def _row(name: str, counts: Counter[Outcome | None]) -> tuple[str, ...]:
    tried = counts.total() - counts[None]
    return (
        name,
        *map(str, (counts.total(), tried, *(counts[outcome] for outcome in COUNTED))),
        score(counts),
    )
