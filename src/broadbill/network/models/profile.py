from __future__ import annotations

from django.db import models
from django.db.models import Q


class Profile(models.Model):
    """How somebody is let in: the speeds and limits that a NAS is told, in its vendor's own words.

    Units: kbit/s (10³ bit), seconds. "Down" is towards the customer. Null is without that limit.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    down_kbps = models.PositiveIntegerField(null=True)
    up_kbps = models.PositiveIntegerField(null=True)
    burst_down_kbps = models.PositiveIntegerField(null=True)
    burst_up_kbps = models.PositiveIntegerField(null=True)
    burst_seconds = models.PositiveSmallIntegerField(default=10)
    # Names that the NAS knows: of a pool of addresses, of a list its firewall looks at.
    pool = models.TextField(blank=True, default="")
    address_list = models.TextField(blank=True, default="")
    session_seconds = models.PositiveIntegerField(null=True)
    idle_seconds = models.PositiveIntegerField(null=True)
    # How often the NAS reports (RFC 2869 §5.16: 60 at least).
    interim_seconds = models.PositiveIntegerField(default=300)
    # Sessions at one time.
    sessions = models.PositiveSmallIntegerField(null=True)
    # Octets of a month by the customer's calendar, both ways; above it the profile is throttled.
    allowance_octets = models.BigIntegerField(null=True)
    # What it becomes while service is suspended or restricted (a walled garden); null: nobody who is suspended gets in,
    # and nobody is restricted.
    restricted_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    # What it becomes while an allowance is used up; null: it stays.
    throttled_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(down_kbps__isnull=True, up_kbps__isnull=True) | Q(down_kbps__gt=0, up_kbps__gt=0),
                name="network_profile_speeds_go_together",
            ),
            models.CheckConstraint(
                condition=Q(burst_down_kbps__isnull=True, burst_up_kbps__isnull=True)
                | Q(burst_down_kbps__gte=models.F("down_kbps"), burst_up_kbps__gte=models.F("up_kbps")),
                name="network_profile_bursts_are_faster",
            ),
            models.CheckConstraint(
                condition=Q(allowance_octets__isnull=True) | Q(allowance_octets__gt=0),
                name="network_profile_allowance_is_something",
            ),
            models.CheckConstraint(condition=Q(interim_seconds__gte=60), name="network_profile_interim"),
        ]

    def __str__(self) -> str:
        return self.code


class PlanProfile(models.Model):
    """The profile of those who have a plan."""

    plan = models.OneToOneField("catalog.Plan", models.PROTECT, primary_key=True, related_name="+")
    profile = models.ForeignKey(Profile, models.PROTECT, related_name="plans")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.plan_id} {self.profile_id}"
