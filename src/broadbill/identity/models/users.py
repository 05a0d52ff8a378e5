"""Sign-ins of staff and customers: an e-mail address, a password and a role."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from broadbill.identity.domain.permissions import CUSTOMER, Permission, Role, may

ROLES = [*(role.value for role in Role), CUSTOMER]


class UserManager(BaseUserManager["User"]):
    """Finds sign-ins by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Someone who may sign in. `full_name` is how documents and the activity feed call them."""

    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("name"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=[(role, role) for role in ROLES])
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
            models.CheckConstraint(name="user_role_is_known", condition=models.Q(role__in=ROLES)),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def is_customer(self) -> bool:
        """Whether this is a customer, who sees their own accounts in the portal and nothing of the office."""
        return self.role == CUSTOMER

    def may(self, permission: Permission) -> bool:
        """Whether this person may do that now. A customer may nothing that needs a permission."""
        return self.is_active and not self.is_customer and may(Role(self.role), permission)

    @property
    def actor(self) -> str:
        """How events name this person."""
        return f"user:{self.pk}"
