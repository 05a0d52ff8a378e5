"""Slowing a subscription down to the profile that its own is throttled to, and letting it go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event
from broadbill.network.models import Throttle
from broadbill.network.operations.enforce import enforce_later


@transaction.atomic
def throttle(
    *,
    account_id: int,
    subscription_id: int,
    reason: str,
    now: datetime,
    actor: str,
    ends_at: datetime | None = None,
) -> bool:
    """Slow it down from now on. False when it is slowed down already. Raises: AccountUnknown."""
    lock_account(account_id)
    if _throttles(subscription_id, now).exists():
        return False
    Throttle.objects.create(
        subscription_id=subscription_id, starts_at=now, ends_at=ends_at, reason=reason, recorded_by=actor
    )
    _told("subscription.throttled", account_id, subscription_id, reason, now, actor)
    return True


@transaction.atomic
def release(*, account_id: int, subscription_id: int, now: datetime, actor: str) -> bool:
    """Give it its own speed again. False when it was not slowed down. Raises: AccountUnknown."""
    lock_account(account_id)
    if not _throttles(subscription_id, now).update(ends_at=now):
        return False
    _told("subscription.released", account_id, subscription_id, "", now, actor)
    return True


def _throttles(subscription_id: int, now: datetime) -> QuerySet[Throttle]:
    """Those that hold."""
    holding = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return Throttle.objects.filter(holding, subscription_id=subscription_id, starts_at__lte=now)


def _told(verb: str, account_id: int, subscription_id: int, reason: str, now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="subscription",
        object_id=subscription_id,
        occurred_at=now,
        account_id=account_id,
        data={"reason": reason},
    )
    enforce_later(subscription_ids=[subscription_id], cause=verb.replace(".", " was "), now=now)
