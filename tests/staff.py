"""People of the staff for tests, without the cost of a password."""

from __future__ import annotations

from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import HeldRole, User


def a_colleague(email: str, full_name: str = "", *roles: Role | str) -> User:
    """A person with these roles; an owner where none is named."""
    user = User.objects.create(email=email, full_name=full_name)
    HeldRole.objects.bulk_create(HeldRole(user=user, role_id=str(role)) for role in roles or [Role.OWNER])
    return user
