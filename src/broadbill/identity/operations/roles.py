"""Changing what roles may do, adding roles of the provider's own, and taking those away again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from broadbill.identity.domain.errors import (
    OwnerMayEverything,
    RoleExistsAlready,
    RoleIsUnknown,
    RoleMustStay,
)
from broadbill.identity.domain.permissions import Permission, Role
from broadbill.identity.domain.roles import differences
from broadbill.identity.models import HeldRole, StaffRole
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations import record_event


@transaction.atomic
def add_role(*, title: str, permissions: Collection[Permission], actor: str, now: datetime) -> str:
    """Add a role of the provider's own and return its code, made from its name.

    Raises: RoleExistsAlready; ValueError for a name without a letter (a caller's bug).
    """
    code = slugify(title)
    if not code:
        raise ValueError("a role's name has letters")
    wait_for_lock("identity.users")
    if StaffRole.objects.filter(code=code).exists():
        raise RoleExistsAlready(role=title)
    granted = sorted(permissions)
    StaffRole.objects.create(code=code, title=title, granted=granted)
    _record(code, "role.added", {"title": title, "permissions": granted}, actor, now)
    return code


@transaction.atomic
def change_permissions(*, code: str, permissions: Collection[Permission], actor: str, now: datetime) -> None:
    """Say what a role may do.

    Raises: RoleIsUnknown, OwnerMayEverything.
    """
    role = _locked(code)
    if code == Role.OWNER and set(permissions) != set(Permission):
        raise OwnerMayEverything
    more, less = differences(code, permissions)
    granted, withdrawn = sorted(more), sorted(less)
    if (granted, withdrawn) == (role.granted, role.withdrawn):
        return
    told: dict[str, object] = {
        "granted": sorted((set(granted) - set(role.granted)) | (set(role.withdrawn) - set(withdrawn))),
        "withdrawn": sorted((set(withdrawn) - set(role.withdrawn)) | (set(role.granted) - set(granted))),
    }
    role.granted, role.withdrawn = granted, withdrawn
    role.save(update_fields=["granted", "withdrawn"])
    _record(code, "role.changed", told, actor, now)


@transaction.atomic
def remove_role(*, code: str, actor: str, now: datetime) -> None:
    """Take a role of the provider's own away. Raises: RoleIsUnknown, RoleMustStay."""
    role = _locked(code)
    if code in set(Role):
        raise RoleMustStay(role=role.title, reason="every Broadbill has it")
    if HeldRole.objects.filter(role=role).exists():
        raise RoleMustStay(role=role.title, reason="somebody has it; give them another first")
    role.delete()
    _record(code, "role.removed", {"title": role.title}, actor, now)


def _locked(code: str) -> StaffRole:
    wait_for_lock("identity.users")
    role = StaffRole.objects.select_for_update().filter(code=code).first()
    if role is None:
        raise RoleIsUnknown(role=code)
    return role


def _record(code: str, verb: str, data: dict[str, object], actor: str, now: datetime) -> None:
    record_event(actor=actor, verb=verb, object_type="role", object_id=code, occurred_at=now, data=data)
