from __future__ import annotations

from django.db import models
from django.db.models import Q


class Access(models.Model):
    """By what a subscription is known at the edge of the network.

    `username` is in the spelling of `domain.naming`; the views that FreeRADIUS reads look it up by its index.
    """

    class Kind(models.TextChoices):
        PPPOE = "pppoe"
        HOTSPOT = "hotspot"
        MAC = "mac"
        CIRCUIT = "circuit"

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind)
    username = models.TextField(unique=True)
    # In clear, because CHAP and MS-CHAPv2 can be checked against nothing less (docs/decisions/0037).
    password = models.TextField(blank=True, default="")
    # What it hangs under, where somebody said so; else its sessions tell.
    device = models.ForeignKey("network.Device", models.PROTECT, null=True, related_name="accesses")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["pppoe", "hotspot"]) ^ Q(password=""),
                name="network_access_password_where_it_is_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.username


class Throttle(models.Model):
    """A time in which a subscription has the profile that its own is throttled to; none where it ends as it starts."""

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.TextField()
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(ends_at__isnull=True),
                name="network_throttle_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=models.F("starts_at")),
                name="network_throttle_ends_no_earlier",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} from {self.starts_at}"


class Restriction(models.Model):
    """A time in which a subscription that is in service has the walled garden of its profile, and why."""

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(
        "contracts.Subscription", models.PROTECT, related_name="+", db_index=False
    )
    reason = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            # The view of standings looks by it too.
            models.UniqueConstraint(
                fields=["subscription", "reason"],
                condition=Q(ends_at__isnull=True),
                name="network_restriction_once_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} from {self.starts_at}"


class AllowanceNotice(models.Model):
    """That so much of a month's allowance was used, which a customer is told once."""

    pk = models.CompositePrimaryKey("subscription_id", "month", "percent")
    subscription = models.ForeignKey(
        "contracts.Subscription", models.PROTECT, related_name="+", db_index=False
    )
    # Its first day.
    month = models.DateField()
    percent = models.SmallIntegerField()
    used_octets = models.BigIntegerField()
    noticed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.month} {self.percent} %"
