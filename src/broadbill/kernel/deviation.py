"""What `broadbill verify` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that is not as it must be: what was checked, what thing failed, and how."""

    check: str
    subject: str
    finding: str

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.finding}"
