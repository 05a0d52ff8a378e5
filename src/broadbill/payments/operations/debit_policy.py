"""Saying how returns of debits go on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.kernel.operations.events import record_event
from broadbill.payments.domain.debit_policy import DebitPolicyRead, check_policy
from broadbill.payments.models import DebitPolicy
from broadbill.tax.queries.categories import category_codes


@transaction.atomic
def set_debit_policy(*, policy: DebitPolicyRead, now: datetime, actor: str) -> None:
    """From now on. Raises: ValueError for what cannot be."""
    check_policy(policy)
    if policy.fee_tax and policy.fee_tax not in category_codes():
        raise ValueError(f"there is no tax category {policy.fee_tax}")
    row = DebitPolicy.objects.create(
        retry_days=list(policy.retry_days),
        retry_codes=list(policy.retry_codes),
        stop_codes=list(policy.stop_codes),
        fee=policy.fee,
        fee_amount=policy.fee_amount,
        fee_tax=policy.fee_tax,
        recorded_by=actor,
        recorded_at=now,
    )
    record_event(
        actor=actor,
        verb="debit_policy.changed",
        object_type="debit_policy",
        object_id=row.id,
        occurred_at=now,
        data={
            "retry_days": row.retry_days,
            "retry_codes": row.retry_codes,
            "stop_codes": row.stop_codes,
            "fee": row.fee,
            "fee_amount": str(row.fee_amount or ""),
        },
    )
