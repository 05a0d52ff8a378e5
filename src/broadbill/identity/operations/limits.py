"""Saying how much a role may let go alone."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from broadbill.identity.domain.errors import RoleIsUnknown
from broadbill.identity.domain.limits import Letting
from broadbill.identity.models import RoleLimit, StaffRole
from broadbill.kernel.operations import record_event

# RoleLimit.amount has so many digits before the point.
MOST = Decimal(10) ** 14


@transaction.atomic
def set_limit(*, role: str, letting: Letting, amount: Decimal | None, actor: str, now: datetime) -> None:
    """Set a role's limit, or take it away with None. A limit that stands already is no change.

    Raises: RoleIsUnknown; ValueError for an amount below nothing or from MOST on.
    """
    if amount is not None and not 0 <= amount < MOST:
        raise ValueError("a limit is not below nothing, nor more than can be stored")
    if not StaffRole.objects.select_for_update().filter(code=role).exists():
        raise RoleIsUnknown(role=role)
    before = RoleLimit.objects.filter(role_id=role, letting=letting.value).first()
    if (before.amount if before else None) == amount:
        return
    if amount is None:
        RoleLimit.objects.filter(role_id=role, letting=letting.value).delete()
    else:
        RoleLimit.objects.update_or_create(role_id=role, letting=letting.value, defaults={"amount": amount})
    record_event(
        actor=actor,
        verb="role.limit_changed",
        object_type="role",
        object_id=role,
        occurred_at=now,
        data={"letting": letting.value, "amount": None if amount is None else str(amount)},
    )
