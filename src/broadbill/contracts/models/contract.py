from __future__ import annotations

from django.db import models


class Contract(models.Model):
    """What was agreed with an account: for how long, and how it ends."""

    class Renewal(models.TextChoices):
        OPEN_ENDED = "open_ended"
        SAME_TERM = "same_term"
        ENDS = "ends"

    id = models.BigAutoField(primary_key=True)
    number = models.TextField(unique=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="contracts")
    starts_on = models.DateField()
    # Null: month to month, without a minimum term.
    term_months = models.PositiveSmallIntegerField(null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(default=30)
    renewal = models.TextField(choices=Renewal, default=Renewal.OPEN_ENDED)
    signed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(term_months__isnull=True) | models.Q(term_months__gt=0),
                name="contracts_contract_term_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True) | models.Q(ended_on__gte=models.F("starts_on")),
                name="contracts_contract_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.number
