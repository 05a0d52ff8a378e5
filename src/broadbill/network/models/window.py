from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Window(models.Model):
    """The time within its days in which a subscription is let in: from an instant up to another, half-open."""

    subscription = models.OneToOneField(
        "contracts.Subscription", models.PROTECT, primary_key=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="network_window_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} until {self.ends_at}"
