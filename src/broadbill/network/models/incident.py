from __future__ import annotations

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q


class Incident(models.Model):
    """That a site or a device was out, from an instant on and, once over, up to another.

    `credit` is the rule by which it is given back (see `contracts.operations.outages.NewOutage`); empty: nothing is.
    What is given back is proposed once it is over, and granted or declined by a person's word, once.
    """

    class Decision(models.TextChoices):
        GRANTED = "granted"
        DECLINED = "declined"

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey("network.Site", models.PROTECT, null=True, related_name="incidents")
    device = models.ForeignKey("network.Device", models.PROTECT, null=True, related_name="incidents")
    cause = models.TextField()
    credit = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    decision = models.TextField(choices=Decision, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(site__isnull=False) ^ Q(device__isnull=False),
                name="network_incident_of_one_place",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="network_incident_ends_later",
            ),
            models.UniqueConstraint(
                fields=["site"], condition=Q(ends_at__isnull=True), name="network_incident_site_is_out_once"
            ),
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(ends_at__isnull=True),
                name="network_incident_device_is_out_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} from {self.starts_at}"


class Affected(models.Model):
    """A subscription under an incident.

    `spans` is its time that no other incident had counted, and `minutes` how much that is, once it is over.
    """

    pk = models.CompositePrimaryKey("incident_id", "subscription_id")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="affected", db_index=False)
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField(null=True)
    spans = ArrayField(DateTimeRangeField(), default=list)
    is_credited = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.incident_id} {self.subscription_id}"
