"""Sign-ins of customers. They have no permission; which accounts they see is kept by `accounts`."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from broadbill.identity.domain.errors import UserExistsAlready, UserIsUnknown
from broadbill.identity.models import User
from broadbill.identity.operations.users import checked_email, record, take_password
from broadbill.kernel.locks import wait_for_lock


@transaction.atomic
def ensure_customer(*, email: str, full_name: str, actor: str, now: datetime) -> User:
    """The customer's sign-in with that address, made without a password where there is none.

    Raises: EmailIsInvalid; UserExistsAlready when the address is one of the staff's.
    """
    email = checked_email(email)
    wait_for_lock("identity.users")
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and not user.is_customer:
        raise UserExistsAlready(email=email)
    if user is None:
        user = User(email=email, full_name=full_name, is_customer=True, joined_at=now)
        user.set_unusable_password()
        user.save(force_insert=True)
        record(user, "user.added", {"role": "customer"}, actor=actor, now=now)
    return user


@transaction.atomic
def set_customer_password(*, user_id: int, password: str, actor: str, now: datetime) -> User:
    """Give a customer a new password, which ends their sessions and makes links mailed before worthless.

    Raises: UserIsUnknown, PasswordIsInvalid.
    """
    user = User.objects.select_for_update().filter(pk=user_id, is_customer=True).first()
    if user is None:
        raise UserIsUnknown(email=str(user_id))
    take_password(user, password)
    user.save(update_fields=["password"])
    record(user, "user.password_set", {}, actor=actor, now=now)
    return user


def password_key(user: User) -> dict[str, str]:
    """What a mailed link carries to prove that its reader may set the password: `uidb64` and `token`.

    Good once, for `PASSWORD_RESET_TIMEOUT` seconds, and until the next sign-in.
    """
    return {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }


def customer_by_email(email: str) -> User | None:
    """The customer who signs in by that address and is not shut out."""
    return User.objects.filter(email__iexact=email.strip(), is_customer=True, is_active=True).first()
