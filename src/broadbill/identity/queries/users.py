"""Who may sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadbill.identity.domain.errors import UserIsUnknown
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.domain.roles import RoleRead
from broadbill.identity.models import User


@dataclass(frozen=True)
class SignIn:
    """One person of the staff, as lists show them."""

    id: int
    email: str
    full_name: str
    roles: tuple[RoleRead, ...]
    is_active: bool
    last_login_at: datetime | None
    has_second_factor: bool
    has_password: bool

    @property
    def name(self) -> str:
        return self.full_name or self.email


def sign_ins() -> list[SignIn]:
    """All staff with a sign-in, those shut out too, by e-mail address. One query."""
    staff = User.objects.with_roles().filter(is_customer=False).order_by("email")
    return [_read(user) for user in staff]


def has_staff() -> bool:
    """Whether anybody of the staff can sign in. One query."""
    return User.objects.filter(is_customer=False, is_active=True).exists()


def sign_in_of(user_id: int) -> SignIn:
    """One of the staff. One query. Raises: UserIsUnknown."""
    user = User.objects.with_roles().filter(pk=user_id, is_customer=False).first()
    if user is None:
        raise UserIsUnknown(email=str(user_id))
    return _read(user)


def addresses_of_who_may(permission: Permission) -> list[str]:
    """E-mail addresses of the staff who may do that now. One query."""
    staff = User.objects.with_roles().filter(is_customer=False, is_active=True).order_by("id")
    return [user.email for user in staff if user.may(permission)]


def customer_address(actor: str) -> str:
    """The e-mail address of the customer that events name so; empty when it is nobody who signs in to the portal."""
    user_id = actor.removeprefix("user:")
    if not user_id.isdigit():
        return ""
    rows = User.objects.filter(pk=int(user_id), is_customer=True, is_active=True)
    return rows.values_list("email", flat=True).first() or ""


def names_of(user_ids: set[int]) -> dict[int, str]:
    """How to call the people behind `user:<id>` actors, by id; ids that do not exist are left out."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=user_ids)}


def staff_names() -> dict[int, str]:
    """Everybody of the staff by id, those who left too, by name. One query."""
    rows = (
        User.objects.filter(is_customer=False)
        .order_by("full_name", "email")
        .values_list("id", "full_name", "email")
    )
    return {key: name or email for key, name, email in rows}


def _read(user: User) -> SignIn:
    return SignIn(
        user.pk,
        user.email,
        user.full_name,
        user.roles,
        user.is_active,
        user.last_login,
        user.has_second_factor,
        user.has_usable_password(),
    )
