"""Adding and changing the staff's sign-ins. Those of customers: `customers.py`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from broadbill.identity.domain.errors import (
    EmailIsInvalid,
    LastOwnerMustStay,
    PasswordIsInvalid,
    RoleIsMissing,
    RoleIsUnknown,
    UserExistsAlready,
    UserIsUnknown,
)
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import HeldRole, StaffRole, User
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations import record_event


def add_user(
    *, email: str, roles: Collection[str], password: str, full_name: str = "", actor: str, now: datetime
) -> User:
    """Let somebody of the staff sign in.

    Raises: EmailIsInvalid, PasswordIsInvalid, UserExistsAlready, RoleIsMissing, RoleIsUnknown.
    """
    user = User(email=checked_email(email), full_name=full_name, joined_at=now)
    take_password(user, password)
    return insert_user(user, roles, actor=actor, now=now)


@transaction.atomic
def insert_user(user: User, roles: Collection[str], *, actor: str, now: datetime) -> User:
    """Raises: UserExistsAlready, RoleIsMissing, RoleIsUnknown."""
    wait_for_lock("identity.users")
    if User.objects.filter(email__iexact=user.email).exists():
        raise UserExistsAlready(email=user.email)
    known = _known(roles, of=user)
    user.save(force_insert=True)
    _hold(user, known)
    record(user, "user.added", {"roles": known}, actor=actor, now=now)
    return user


def invite_user(
    *, email: str, roles: Collection[str], full_name: str = "", actor: str, now: datetime
) -> User:
    """Add somebody who chooses a password by a mailed link, and cannot sign in before.

    Raises: EmailIsInvalid, UserExistsAlready, RoleIsMissing, RoleIsUnknown.
    """
    user = User(email=checked_email(email), full_name=full_name, joined_at=now)
    user.set_unusable_password()
    return insert_user(user, roles, actor=actor, now=now)


def change_roles(*, email: str, roles: Collection[str], actor: str, now: datetime) -> User:
    """Give somebody other roles in place of those they have.

    Raises: UserIsUnknown, LastOwnerMustStay, RoleIsMissing, RoleIsUnknown.
    """
    with transaction.atomic():
        user = locked_member(email)
        known = _known(roles, of=user)
        if Role.OWNER not in known:
            _refuse_to_lose_last_owner(user)
        before = sorted(HeldRole.objects.filter(user=user).values_list("role_id", flat=True))
        if before != known:
            HeldRole.objects.filter(user=user).delete()
            _hold(user, known)
            record(user, "user.roles_changed", {"from": before, "to": known}, actor=actor, now=now)
    return user


def set_password(*, email: str, password: str, actor: str, now: datetime) -> User:
    """Give somebody a new password, which ends their sessions.

    Raises: UserIsUnknown, PasswordIsInvalid.
    """
    with transaction.atomic():
        user = locked_member(email)
        take_password(user, password)
        user.save(update_fields=["password"])
        record(user, "user.password_set", {}, actor=actor, now=now)
    return user


def refuse_sign_in(*, email: str, actor: str, now: datetime) -> User:
    """Shut somebody out. Their name stays on what they did.

    Raises: UserIsUnknown, LastOwnerMustStay.
    """
    with transaction.atomic():
        user = locked_member(email)
        _refuse_to_lose_last_owner(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        record(user, "user.shut_out", {}, actor=actor, now=now)
    return user


def allow_sign_in(*, email: str, actor: str, now: datetime) -> User:
    """Let somebody in again.

    Raises: UserIsUnknown.
    """
    with transaction.atomic():
        user = locked_member(email)
        user.is_active = True
        user.save(update_fields=["is_active"])
        record(user, "user.let_in_again", {}, actor=actor, now=now)
    return user


def locked_member(email: str) -> User:
    """A member of the staff, locked. Raises: UserIsUnknown."""
    wait_for_lock("identity.users")
    staff = User.objects.select_for_update().filter(is_customer=False)
    user = staff.filter(email__iexact=email.strip()).first()
    if user is None:
        raise UserIsUnknown(email=email)
    return user


def _known(roles: Collection[str], *, of: User) -> list[str]:
    """The codes in order, each once. Raises: RoleIsMissing, RoleIsUnknown."""
    if not roles:
        raise RoleIsMissing(email=of.email)
    codes = sorted({str(role) for role in roles})
    found = set(StaffRole.objects.filter(code__in=codes).values_list("code", flat=True))
    for code in codes:
        if code not in found:
            raise RoleIsUnknown(role=code)
    return codes


def _hold(user: User, codes: list[str]) -> None:
    HeldRole.objects.bulk_create(HeldRole(user=user, role_id=code) for code in codes)


def checked_email(email: str) -> str:
    """The address without blanks around it. Raises: EmailIsInvalid."""
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise EmailIsInvalid(email=email) from error
    return email


def take_password(user: User, password: str) -> None:
    """Raises: PasswordIsInvalid."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordIsInvalid(email=user.email, reasons=" ".join(error.messages)) from error
    user.set_password(password)


def _refuse_to_lose_last_owner(user: User) -> None:
    owners = User.objects.filter(held_roles__role=Role.OWNER.value, is_active=True)
    if user in owners and owners.count() == 1:
        raise LastOwnerMustStay(email=user.email)


def record(user: User, verb: str, data: dict[str, Any], *, actor: str, now: datetime) -> None:
    """Keep what happened to a sign-in as an event."""
    record_event(
        actor=actor,
        verb=verb,
        object_type="user",
        object_id=user.pk,
        occurred_at=now,
        data={"email": user.email, **data},
    )
