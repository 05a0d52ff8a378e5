"""Saying how much a role may let go alone."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import RoleLimit
from broadbill.kernel.operations import record_event

# RoleLimit.amount has so many digits before the point.
MOST = Decimal(10) ** 14


@transaction.atomic
def set_limit(*, role: Role, letting: Letting, amount: Decimal | None, actor: str, now: datetime) -> None:
    """Set a role's limit, or take it away with None. Raises: ValueError for an amount below nothing or from MOST on."""
    if amount is not None and not 0 <= amount < MOST:
        raise ValueError("a limit is not below nothing, nor more than can be stored")
    if amount is None:
        RoleLimit.objects.filter(role=role.value, letting=letting.value).delete()
    else:
        RoleLimit.objects.update_or_create(
            role=role.value, letting=letting.value, defaults={"amount": amount}
        )
    record_event(
        actor=actor,
        verb="role.limit_changed",
        object_type="role",
        object_id=role.value,
        occurred_at=now,
        data={"letting": letting.value, "amount": None if amount is None else str(amount)},
    )
