"""What becomes of the money when a customer was billed too much."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from broadbill.payments.models import RefundPolicy

Otherwise = RefundPolicy.Otherwise


@dataclass(frozen=True, slots=True)
class RefundPolicyRead:
    """Without one that somebody set, all of it stays the customer's credit."""

    automatic_up_to: Decimal | None = None
    otherwise: Otherwise = Otherwise.CREDIT


def refund_policy() -> RefundPolicyRead:
    """The policy in force. One query."""
    row = RefundPolicy.objects.order_by("-id").first()
    return RefundPolicyRead(row.automatic_up_to, Otherwise(row.otherwise)) if row else RefundPolicyRead()
