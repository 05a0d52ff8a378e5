"""What documents come to: counted and added up by currency, with a sum that notices when amounts changed places."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from broadbill.core.money import Currency, Money

# Check sums are kept in a bigint.
MODULUS = 1 << 63


@dataclass(frozen=True, slots=True)
class RunTotals:
    """The documents of a run in one currency."""

    documents: int
    subtotal: Money
    tax: Money
    total: Money


# documents, subtotal, tax, total; amounts in minor units of the currency that is the key.
Sums = Mapping[str, tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums by currency code. `check` adds up a hash of every document, so tallies can be added and taken away."""

    sums: Sums
    check: int = 0

    def __add__(self, other: Tally) -> Tally:
        return self._with(other, 1)

    def __sub__(self, other: Tally) -> Tally:
        return self._with(other, -1)

    @property
    def totals(self) -> tuple[RunTotals, ...]:
        return tuple(_totals(code, self.sums[code]) for code in sorted(self.sums))

    @property
    def documents(self) -> int:
        return sum(sums[0] for sums in self.sums.values())

    def as_json(self) -> dict[str, Any]:
        return {"sums": {code: list(sums) for code, sums in self.sums.items()}, "check": self.check}

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Tally:
        """What `as_json` wrote; nothing from None."""
        if stored is None:
            return NOTHING
        return cls({code: (a, b, c, d) for code, (a, b, c, d) in stored["sums"].items()}, stored["check"])

    def _with(self, other: Tally, sign: int) -> Tally:
        added: dict[str, tuple[int, int, int, int]] = dict(self.sums)
        for code, theirs in other.sums.items():
            mine = added.get(code, (0, 0, 0, 0))
            a, b, c, d = (one + sign * another for one, another in zip(mine, theirs, strict=True))
            added[code] = (a, b, c, d)
        # A currency of which no document is left is not listed with noughts.
        left = {code: sums for code, sums in added.items() if any(sums)}
        return Tally(left, (self.check + sign * other.check) % MODULUS)


# account, currency, subtotal, tax, total
Counted = tuple[int, str, int, int, int]

NOTHING = Tally({})


def tally_of(documents: Iterable[Counted]) -> Tally:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    check = 0
    for document in documents:
        _, code, subtotal, tax, total = document
        sums[code] = [a + b for a, b in zip(sums[code], (1, subtotal, tax, total), strict=True)]
        digest = hashlib.sha256("\t".join(map(str, document)).encode()).digest()
        check += int.from_bytes(digest[:8], "big")
    return Tally({code: (a, b, c, d) for code, (a, b, c, d) in sums.items()}, check % MODULUS)


def _totals(code: str, sums: tuple[int, int, int, int]) -> RunTotals:
    currency = Currency.of(code)
    documents, subtotal, tax, total = sums
    return RunTotals(documents, Money(subtotal, currency), Money(tax, currency), Money(total, currency))
