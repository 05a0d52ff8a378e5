from __future__ import annotations

from django.db import models


class RoleLimit(models.Model):
    """The most that a role may let go alone, in the account's currency; without a row any amount."""

    role = models.ForeignKey(
        "identity.StaffRole", models.CASCADE, db_column="role", db_index=False, related_name="limits"
    )
    letting = models.TextField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        db_table = "identity_rolelimit"
        constraints = [
            models.UniqueConstraint(fields=["role", "letting"], name="identity_rolelimit_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="identity_rolelimit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} {self.letting} {self.amount}"
