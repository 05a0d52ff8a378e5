"""How much a role may let go alone."""

from __future__ import annotations

from decimal import Decimal

from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import RoleLimit


def limit_of(*, role: str, letting: Letting) -> Decimal | None:
    """In the account's currency; None is without limit. One query."""
    found = RoleLimit.objects.filter(role=role, letting=letting.value).first()
    return found.amount if found else None


def limits() -> list[tuple[Role, Letting, Decimal]]:
    """Every limit there is, by role. One query."""
    rows = RoleLimit.objects.order_by("role", "letting")
    return [(Role(row.role), Letting(row.letting), row.amount) for row in rows]
