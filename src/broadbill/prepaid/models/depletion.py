from __future__ import annotations

from django.db import models


class Depletion(models.Model):
    """A wallet that will soon be empty, and that its owner was told so: once until the next top-up."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    warned_on = models.DateField()
    # The first day that the credit does not cover.
    short_on = models.DateField()
    # When money came; null while the wallet is still running out.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(ended_at__isnull=True),
                name="prepaid_depletion_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} short on {self.short_on}"
