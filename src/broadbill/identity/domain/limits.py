"""How much money a role may let go alone; above it another person has to agree (maker and checker) or do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.identity.domain.permissions import Permission


class Letting(StrEnum):
    """What may have a limit."""

    REFUND = "refund"
    WRITE_OFF = "write_off"
    CREDIT = "credit"
    BILL_RUN = "bill_run"


# The permission without which a limit means nothing.
NEEDED = {
    Letting.REFUND: Permission.REFUND_PAYMENTS,
    Letting.WRITE_OFF: Permission.WRITE_OFF_DEBTS,
    Letting.CREDIT: Permission.CORRECT_DOCUMENTS,
    Letting.BILL_RUN: Permission.START_BILL_RUNS,
}


@dataclass(kw_only=True, eq=False)
class LimitExceeded(DomainError):
    """An amount above what the person's roles may let go, where nobody else is asked to agree."""

    code = "identity.limit_exceeded"
    message = "{amount} is more than your role allows: at most {limit}. Ask a colleague whose role allows it."
    amount: Money
    limit: Money


def refuse_above(amount: Money, limit: Money | None) -> None:
    """Raises: LimitExceeded."""
    if limit is not None and amount.minor > limit.minor:
        raise LimitExceeded(amount=amount, limit=limit)
