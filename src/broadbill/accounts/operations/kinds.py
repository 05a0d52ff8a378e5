"""Saying what kind of customer an account is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event


@transaction.atomic
def change_kind(*, account_id: int, kind: CustomerKind, now: datetime, actor: str) -> None:
    """What goes by the kind of customer goes by this one from now on. Raises: AccountUnknown."""
    account = lock_account(account_id)
    if account.kind == kind:
        return
    account.kind = kind.value
    account.save(update_fields=["kind"])
    record_event(
        actor=actor,
        verb="account.kind_changed",
        object_type="account",
        object_id=account_id,
        occurred_at=now,
        account_id=account_id,
        data={"kind": kind.value},
    )
