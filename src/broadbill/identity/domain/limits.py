"""How much money a role may let go alone; above it another person has to agree (maker and checker)."""

from __future__ import annotations

from enum import StrEnum


class Letting(StrEnum):
    """What may have a limit."""

    REFUND = "refund"
    WRITE_OFF = "write_off"
