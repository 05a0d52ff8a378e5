"""How returns of debits go on."""

from __future__ import annotations

from broadbill.payments.domain.debit_policy import DebitPolicyRead
from broadbill.payments.models import DebitPolicy


def debit_policy() -> DebitPolicyRead:
    """The policy in force. One query."""
    row = DebitPolicy.objects.order_by("-id").first()
    if row is None:
        return DebitPolicyRead()
    return DebitPolicyRead(
        tuple(row.retry_days),
        tuple(row.retry_codes),
        tuple(row.stop_codes),
        row.fee,
        row.fee_amount,
        row.fee_tax,
    )
