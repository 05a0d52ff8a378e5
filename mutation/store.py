"""What became of each mutant, kept between runs: one line each, the last one holds."""

from __future__ import annotations

from pathlib import Path

from mutation.mutants import Mutant
from mutation.trial import Outcome


class Store:
    """A file of outcomes. A mutant keeps its own for as long as its function stays as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._outcomes: dict[str, Outcome] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                key, outcome = line.split()
                self._outcomes[key] = Outcome(outcome)

    def outcome(self, mutant: Mutant) -> Outcome | None:
        """None when it was not tried yet."""
        return self._outcomes.get(mutant.key)

    def keep(self, mutant: Mutant, outcome: Outcome) -> None:
        self._outcomes[mutant.key] = outcome
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{mutant.key} {outcome}\n")
