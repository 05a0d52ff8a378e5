from __future__ import annotations

from django.db import models
from django.db.models import Q


class Grant(models.Model):
    """Access sold ahead to whoever knows a name: so much time online, so much data, or a period from first sign-in on.

    `username` hides the code that is typed (`domain.naming.hidden_name`). What is left is told by the view
    `network_granted`, from sessions, at the instant that is asked; FreeRADIUS starts it (`radius_start`).
    """

    id = models.BigAutoField(primary_key=True)
    username = models.TextField(unique=True)
    # By which profile: the one of that name, or else the one of the plan.
    profile = models.TextField(blank=True, default="")
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, null=True, related_name="+")
    # One of them: seconds online, octets of both directions, seconds by the clock.
    seconds = models.BigIntegerField(null=True)
    octets = models.BigIntegerField(null=True)
    period_seconds = models.BigIntegerField(null=True)
    # Not started before this instant, it never is; null: for ever.
    start_before = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    # The device of the first sign-in, and of the latest, which may not have been reported yet.
    station = models.TextField(blank=True, default="")
    latest_station = models.TextField(blank=True, default="")
    latest_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seconds__gt=0, octets__isnull=True, period_seconds__isnull=True)
                | Q(seconds__isnull=True, octets__gt=0, period_seconds__isnull=True)
                | Q(seconds__isnull=True, octets__isnull=True, period_seconds__gt=0),
                name="network_grant_is_of_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(username__startswith="voucher:"), name="network_grant_name_is_hidden"
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"
