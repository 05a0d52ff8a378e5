"""How customers answer their bills: at once, late, in parts, too much, not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import assert_never

from broadbill.cli.demo.happenings import Habit, Payer

# A bill is answered within this many months or never.
LONGEST_MONTHS = 3
CHEQUE_COMES_BACK_AFTER_DAYS = 5


@dataclass(frozen=True, slots=True)
class Instalment:
    """Money for one bill, in minor units. `part` counts the instalments of the bill from 1."""

    part: int
    on: date
    minor: int
    method: str
    comes_back_on: date | None = None


def instalments(payer: Payer, *, bill: str, issued_on: date, due_minor: int) -> Iterator[Instalment]:
    """What the payer gives for a bill, always the same for the same bill number."""
    if not due_minor or not payer.pays_on(issued_on):
        return
    chance = Random(f"lakeside bill {bill}")  # noqa: S311  # a story, not a secret

    def after(least: int, most: int) -> date:
        return _working_day(issued_on + timedelta(days=chance.randint(least, most)))

    if payer.bad_cheque_in == issued_on:
        paid_on = after(3, 8)
        yield Instalment(
            1, paid_on, due_minor, payer.method, paid_on + timedelta(CHEQUE_COMES_BACK_AFTER_DAYS)
        )
        yield Instalment(2, after(16, 20), due_minor, "transfer")
        return
    match payer.habit:
        case Habit.PROMPT:
            yield Instalment(1, after(2, 13), due_minor, payer.method)
        case Habit.LATE:
            yield Instalment(1, after(17, 48), due_minor, payer.method)
        case Habit.IN_PARTS:
            half = due_minor // 2
            yield Instalment(1, after(4, 13), half, payer.method)
            if chance.random() < 0.8:
                yield Instalment(2, after(25, 50), due_minor - half, payer.method)
        case Habit.ROUNDS_UP:
            yield Instalment(1, after(3, 12), -(-due_minor // 1000) * 1000, payer.method)
        case Habit.FORGETS:
            on = after(2, 13) if chance.random() < 0.8 else after(50, 80)
            yield Instalment(1, on, due_minor, payer.method)
        case _:
            assert_never(payer.habit)


def _working_day(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
