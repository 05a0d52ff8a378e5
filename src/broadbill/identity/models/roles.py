"""Roles of the staff, as an owner may change them, and who has which."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class StaffRole(models.Model):
    """A role. What it may do is the table in code, with `granted` added and `withdrawn` taken away."""

    code = models.TextField(primary_key=True)
    title = models.TextField()
    granted = ArrayField(models.TextField(), default=list)
    withdrawn = ArrayField(models.TextField(), default=list)
    needs_second_factor = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "identity_role"
        constraints = [
            models.CheckConstraint(name="identity_role_has_a_code", condition=~models.Q(code="")),
            models.CheckConstraint(name="identity_role_has_a_title", condition=~models.Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class HeldRole(models.Model):
    """That somebody of the staff has a role."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="held_roles")
    role = models.ForeignKey(StaffRole, models.PROTECT, related_name="+")

    class Meta:
        db_table = "identity_heldrole"
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="identity_heldrole_once")]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role_id}"
