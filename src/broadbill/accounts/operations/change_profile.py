"""Changing what a bill needs to know of an account: a new version each time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from broadbill.accounts.domain.errors import AccountDetailRefused
from broadbill.accounts.models import Account, Profile
from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.news import tell
from broadbill.kernel.operations.events import NewEvent, record_events

CHANGEABLE = frozenset(
    field.attname
    for field in Profile._meta.concrete_fields
    if field.attname not in {"id", "account_id", "recorded_at"}
) - {"currency", "anchor"}


@transaction.atomic
def change_profile(*, account_id: int, changes: dict[str, Any], now: datetime, actor: str) -> Profile:
    """Record a new version with some fields changed. The currency and the anchor are fixed when the account
    is opened (the bill day changes by a fact, `contracts.operations.changes.change_bill_day`).

    Raises: AccountUnknown, AccountDetailRefused.
    """
    account = lock_account(account_id)
    unknown = sorted(set(changes) - CHANGEABLE)
    if unknown:
        raise AccountDetailRefused(number=account.number, field=unknown[0], reason="cannot be changed")
    current = Profile.objects.get(pk=account.profile_id)
    content = {field.attname: getattr(current, field.attname) for field in Profile._meta.concrete_fields}
    content.update(changes, id=None, recorded_at=now)
    profile = Profile.objects.create(**content)
    account.profile = profile
    account.save(update_fields=["profile"])
    record_events(
        [
            NewEvent(
                occurred_at=now,
                actor=actor,
                verb="account.profile_changed",
                object_type="account",
                object_id=str(account_id),
                account_id=account_id,
                data={"changed": sorted(changes)},
            )
        ]
    )
    tell("accounts.profile_changed", account_id=account_id, changed=frozenset(changes))
    return profile


@transaction.atomic
def close_account(*, account_id: int, closed_on: date, now: datetime, actor: str) -> None:
    """Close an account to new business. What is owed stays owed. Raises: AccountUnknown."""
    account = lock_account(account_id)
    account.status = Account.Status.CLOSED
    account.closed_on = closed_on
    account.save(update_fields=["status", "closed_on"])
    record_events(
        [
            NewEvent(
                occurred_at=now,
                actor=actor,
                verb="account.closed",
                object_type="account",
                object_id=str(account_id),
                account_id=account_id,
                data={"closed_on": closed_on.isoformat()},
            )
        ]
    )
