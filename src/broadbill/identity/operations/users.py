"""Adding and changing the staff's sign-ins. Those of customers: `customers.py`."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from broadbill.identity.domain.errors import (
    EmailIsInvalid,
    LastOwnerMustStay,
    PasswordIsInvalid,
    UserExistsAlready,
    UserIsUnknown,
)
from broadbill.identity.domain.permissions import CUSTOMER, Role
from broadbill.identity.models import User
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations import record_event


def add_user(
    *, email: str, role: Role, password: str, full_name: str = "", actor: str, now: datetime
) -> User:
    """Let somebody sign in.

    Raises: EmailIsInvalid, PasswordIsInvalid, UserExistsAlready.
    """
    email = checked_email(email)
    user = User(email=email, full_name=full_name, role=role.value, joined_at=now)
    take_password(user, password)
    with transaction.atomic():
        wait_for_lock("identity.users")
        if User.objects.filter(email__iexact=email).exists():
            raise UserExistsAlready(email=email)
        user.save(force_insert=True)
        record(user, "user.added", {"role": role.value}, actor=actor, now=now)
    return user


def change_role(*, email: str, role: Role, actor: str, now: datetime) -> User:
    """Give somebody another role.

    Raises: UserIsUnknown, LastOwnerMustStay.
    """
    with transaction.atomic():
        user = _locked(email)
        if role is not Role.OWNER:
            _refuse_to_lose_last_owner(user)
        before, user.role = user.role, role.value
        user.save(update_fields=["role"])
        record(user, "user.role_changed", {"from": before, "to": role.value}, actor=actor, now=now)
    return user


def set_password(*, email: str, password: str, actor: str, now: datetime) -> User:
    """Give somebody a new password, which ends their sessions.

    Raises: UserIsUnknown, PasswordIsInvalid.
    """
    with transaction.atomic():
        user = _locked(email)
        take_password(user, password)
        user.save(update_fields=["password"])
        record(user, "user.password_set", {}, actor=actor, now=now)
    return user


def refuse_sign_in(*, email: str, actor: str, now: datetime) -> User:
    """Shut somebody out. Their name stays on what they did.

    Raises: UserIsUnknown, LastOwnerMustStay.
    """
    with transaction.atomic():
        user = _locked(email)
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
        user = _locked(email)
        user.is_active = True
        user.save(update_fields=["is_active"])
        record(user, "user.let_in_again", {}, actor=actor, now=now)
    return user


def _locked(email: str) -> User:
    wait_for_lock("identity.users")
    staff = User.objects.select_for_update().exclude(role=CUSTOMER)
    user = staff.filter(email__iexact=email.strip()).first()
    if user is None:
        raise UserIsUnknown(email=email)
    return user


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
    owners = User.objects.filter(role=Role.OWNER.value, is_active=True)
    if user in owners and owners.count() == 1:
        raise LastOwnerMustStay(email=user.email)


def record(user: User, verb: str, data: dict[str, str], *, actor: str, now: datetime) -> None:
    """Keep what happened to a sign-in as an event."""
    record_event(
        actor=actor,
        verb=verb,
        object_type="user",
        object_id=user.pk,
        occurred_at=now,
        data={"email": user.email, **data},
    )
