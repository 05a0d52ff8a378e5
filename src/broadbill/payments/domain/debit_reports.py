"""What a bank reports of collections outside of its statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Returned:
    """A collection that comes back, by what the bank calls it; `minor` is the amount."""

    reference: str
    code: str
    minor: int
    on: date


@dataclass(frozen=True, slots=True)
class Changed:
    """The bank account of a collection is really another; `account` is the number it was asked from."""

    reference: str
    code: str
    data: str
    account: str


@dataclass(frozen=True, slots=True)
class Left:
    """Something only a person can follow, and why."""

    reference: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    returned: list[Returned] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
