"""Notes of the staff about an account."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import NewEvent, record_events


@transaction.atomic
def add_note(*, account_id: int, text: str, now: datetime, actor: str) -> None:
    """Write down what was said or seen; it stays in what happened. Raises: AccountUnknown."""
    lock_account(account_id)
    _tell(account_id, "account.noted", {"text": text}, now, actor)


@transaction.atomic
def pin_notes(*, account_id: int, text: str, now: datetime, actor: str) -> None:
    """Replace what everybody should read first. What stood there is kept with the event. Raises: AccountUnknown."""
    account = lock_account(account_id)
    if account.notes == text:
        return
    before = account.notes
    account.notes = text
    account.save(update_fields=["notes"])
    _tell(account_id, "account.notes_pinned", {"text": text, "before": before}, now, actor)


def _tell(account_id: int, verb: str, data: dict[str, str], now: datetime, actor: str) -> None:
    event = NewEvent(
        occurred_at=now, actor=actor, verb=verb, object_type="account", object_id=str(account_id),
        account_id=account_id, data=dict(data),
    )  # fmt: skip
    record_events([event])
