"""Second factors: who must have one, taking one away from somebody who lost it, and keeping every change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.db import transaction
from django.utils import timezone

from broadbill.identity.domain.errors import RoleIsUnknown
from broadbill.identity.models import StaffRole, User
from broadbill.identity.operations.users import locked_member, record
from broadbill.kernel.news import tell
from broadbill.kernel.operations import record_event

CHANGED = "identity.second_factor_changed"
# What people do to their own, by the signal with which django-allauth says so.
VERBS = {
    authenticator_added: "user.second_factor_added",
    authenticator_removed: "user.second_factor_removed",
    authenticator_reset: "user.recovery_codes_renewed",
}


@transaction.atomic
def require_second_factor(*, role: str, needed: bool, actor: str, now: datetime) -> None:
    """Say whether everybody with a role has to have a second factor. As it stands already is no change.

    Raises: RoleIsUnknown.
    """
    row = StaffRole.objects.select_for_update().filter(code=role).first()
    if row is None:
        raise RoleIsUnknown(role=role)
    if row.needs_second_factor == needed:
        return
    row.needs_second_factor = needed
    row.save(update_fields=["needs_second_factor"])
    verb = "role.second_factor_required" if needed else "role.second_factor_left_free"
    record_event(actor=actor, verb=verb, object_type="role", object_id=role, occurred_at=now, data={})


@transaction.atomic
def remove_second_factors(*, email: str, actor: str, now: datetime) -> User:
    """Take all codes and passkeys away from somebody who cannot use them any more; the password stays.

    Raises: UserIsUnknown.
    """
    user = locked_member(email)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if removed:
        record(user, "user.second_factor_reset", {"count": str(removed)}, actor=actor, now=now)
        tell(CHANGED, user=user, verb="user.second_factor_reset", now=now)
    return user


def keep_what_changes() -> None:
    """Have each change of a second factor kept as an event and told to who follows."""
    for signal in VERBS:
        signal.connect(_keep, dispatch_uid="identity.second_factor")


@transaction.atomic
def _keep(*, signal: Any, user: User, authenticator: Authenticator, **_more: Any) -> None:
    now = timezone.now()
    record(user, VERBS[signal], {"type": authenticator.type}, actor=user.actor, now=now)
    tell(CHANGED, user=user, verb=VERBS[signal], now=now)
