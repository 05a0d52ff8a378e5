from __future__ import annotations

from django.db import models


class Drift(models.Model):
    """Where the network does something else than was agreed, by the last look; gone once it is right again."""

    class Kind(models.TextChoices):
        # Somebody is online who should not be let in.
        ACTIVE_NOT_BILLED = "active_not_billed"
        # Somebody is billed who has not been online for long.
        BILLED_NOT_ACTIVE = "billed_not_active"
        WRONG_SPEED = "wrong_speed"
        WRONG_ADDRESS = "wrong_address"
        WRONG_DEVICE = "wrong_device"
        # Somebody is online under a name that nobody has.
        ORPHAN = "orphan"
        # A router that could not be read; its name stands for a user's.
        UNREACHABLE = "unreachable"

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=Kind)
    username = models.TextField()
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, null=True, related_name="+")
    wanted = models.TextField()
    found = models.TextField()
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "username"], name="network_drift_told_once")]
        indexes = [models.Index(fields=["first_seen_at"], name="network_drift_oldest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.username}"
