"""Conditions on a row: `when = { Contract = "One year", Partner = { not = "No" } }`. All parts must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from broadbill.imports.domain.keys import Keys, refuse

Cells = Sequence[str]
# The place of each column in a row.
Header = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """One column that has one of some values, or none of them."""

    column: str
    values: frozenset[str]
    negated: bool


@dataclass(frozen=True, slots=True)
class Condition:
    parts: tuple[Part, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(part.column for part in self.parts)

    def bind(self, header: Header) -> Callable[[Cells], bool]:
        tests = [(header[part.column], part.values, part.negated) for part in self.parts]

        def holds(cells: Cells) -> bool:
            return all((cells[i] in values) is not negated for i, values, negated in tests)

        return holds


def parse_condition(raw: object, path: str) -> Condition:
    """Raises: MapRefused."""
    keys = Keys(raw, path)
    parts = [_part(column, value, f"{path}.{column}") for column, value in keys.rest().items()]
    if not parts:
        refuse(path, "must name at least one column")
    return Condition(tuple(parts))


def _part(column: str, raw: object, path: str) -> Part:
    if isinstance(raw, Mapping):
        keys = Keys(raw, path)
        values = _values(keys.need("not"), keys.at("not"))
        keys.done()
        return Part(column, values, negated=True)
    return Part(column, _values(raw, path), negated=False)


def _values(raw: object, path: str) -> frozenset[str]:
    found = raw if isinstance(raw, list) else [raw]
    if not found or not all(isinstance(value, str | int) and not isinstance(value, bool) for value in found):
        refuse(path, "must be a text or a list of texts as they stand in the column")
    return frozenset(str(value).strip() for value in found)
