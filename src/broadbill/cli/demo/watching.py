"""Looking on while the demo is filled."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Whoever is told how the filling gets on."""

    def begin(self, days: int) -> None:
        """There are so many days to fill."""

    def advance(self, days: int) -> None:
        """So many days more are done."""

    def tell(self, line: str) -> None:
        """A line about what was done."""


class Nobody:
    """A watcher that looks away."""

    def begin(self, days: int) -> None:
        pass

    def advance(self, days: int) -> None:
        pass

    def tell(self, line: str) -> None:
        pass
