"""What is wrong with a row, told so that whoever made the file can mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` is the file's line on which the row begins, counted from 1 with the line breaks inside cells.

    `column` is empty when the row as a whole is at fault; `expected` finishes "expected ...".
    """

    line: int
    column: str
    value: str
    expected: str

    @property
    def value_in_short(self) -> str:
        """The value on one line, cut where it is long."""
        text = " ".join(self.value.split())
        return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"


class CellRefused(Exception):
    """A cell that cannot be read; it becomes a `Problem` where the row's line is known."""

    def __init__(self, column: str, value: str, expected: str) -> None:
        super().__init__(expected)
        self.column = column
        self.value = value
        self.expected = expected


# Takes a problem as it is found.
Report = Callable[[Problem], None]
