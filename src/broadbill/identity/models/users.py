"""Sign-ins of staff and customers: an e-mail address, a password, and for staff their roles."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject, Lower, Now
from django.utils.translation import gettext_lazy as _

from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.domain.roles import RoleRead, permissions_of
from broadbill.identity.models.limits import RoleLimit
from broadbill.identity.models.roles import HeldRole

# Recovery codes alone are none: they stand in for one of these that was lost.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class UserManager(BaseUserManager["User"]):
    """Finds sign-ins by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def with_roles(self) -> models.QuerySet[User]:
        """Sign-ins that know their roles, what those allow, and whether they have a second factor, in one query."""
        limits = RoleLimit.objects.filter(role=models.OuterRef("role")).values(
            json=JSONObject(letting="letting", amount=models.functions.Cast("amount", models.TextField()))
        )
        held = HeldRole.objects.filter(user=models.OuterRef("pk")).order_by("role")
        told = held.values(
            json=JSONObject(
                code="role__code",
                title="role__title",
                granted="role__granted",
                withdrawn="role__withdrawn",
                needs_second_factor="role__needs_second_factor",
                limits=ArraySubquery(limits),
            )
        )
        second = Authenticator.objects.filter(user=models.OuterRef("pk"), type__in=SECOND_FACTORS)
        return self.annotate(told_roles=ArraySubquery(told), told_second_factor=models.Exists(second))


class User(AbstractBaseUser):
    """Someone who may sign in. `full_name` is how documents and the activity feed call them."""

    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("name"), max_length=200, blank=True)
    is_customer = models.BooleanField(default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "identity_user"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @cached_property
    def roles(self) -> tuple[RoleRead, ...]:
        """The roles of a member of the staff, as they were when the sign-in was read. A customer has none."""
        told = getattr(self, "told_roles", None)
        if told is None:
            return User.objects.with_roles().get(pk=self.pk).roles
        return tuple(_read(role) for role in told)

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether a code or a passkey is asked for besides the password, as it was when the sign-in was read."""
        told: bool | None = getattr(self, "told_second_factor", None)
        return User.objects.with_roles().get(pk=self.pk).has_second_factor if told is None else told

    @property
    def lacks_second_factor(self) -> bool:
        """Whether one of their roles needs a second factor and they have none."""
        return any(role.needs_second_factor for role in self.roles) and not self.has_second_factor

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """What this person may do now. A customer, and somebody shut out, may nothing that needs a permission."""
        if not self.is_active or self.is_customer:
            return frozenset()
        return frozenset().union(*(role.permissions for role in self.roles))

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def actor(self) -> str:
        """How events name this person."""
        return f"user:{self.pk}"


def _read(told: dict[str, Any]) -> RoleRead:
    return RoleRead(
        code=told["code"],
        title=told["title"],
        permissions=permissions_of(told["code"], granted=told["granted"], withdrawn=told["withdrawn"]),
        limits={Letting(limit["letting"]): Decimal(limit["amount"]) for limit in told["limits"]},
        needs_second_factor=told["needs_second_factor"],
    )
