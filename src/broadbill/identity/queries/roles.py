"""Which roles there are and what they may do."""

from __future__ import annotations

from broadbill.identity.domain.errors import RoleIsUnknown
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Role
from broadbill.identity.domain.roles import RoleRead, permissions_of
from broadbill.identity.models import StaffRole

BUILT_IN = {role.value: position for position, role in enumerate(Role)}


def roles() -> list[RoleRead]:
    """Every role: the built-in ones in their order, then the provider's own by name. Two queries."""
    found = [_read(row) for row in StaffRole.objects.prefetch_related("limits")]
    return sorted(found, key=lambda role: (BUILT_IN.get(role.code, len(BUILT_IN)), role.title))


def role_coded(code: str) -> RoleRead:
    """Two queries. Raises: RoleIsUnknown."""
    row = StaffRole.objects.prefetch_related("limits").filter(code=code).first()
    if row is None:
        raise RoleIsUnknown(role=code)
    return _read(row)


def _read(row: StaffRole) -> RoleRead:
    return RoleRead(
        code=row.code,
        title=row.title,
        permissions=permissions_of(row.code, granted=row.granted, withdrawn=row.withdrawn),
        limits={Letting(limit.letting): limit.amount for limit in row.limits.all()},
        needs_second_factor=row.needs_second_factor,
    )
