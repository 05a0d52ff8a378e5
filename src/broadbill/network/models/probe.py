from __future__ import annotations

from django.db import models
from django.db.models import Q


class DeviceState(models.Model):
    """How a watched device stands by its last probe (see `domain.reachability.Reach`).

    `incident` is the one that it opened by itself and that is not forgotten until it is back. Units: microseconds.
    """

    device = models.OneToOneField(
        "network.Device", models.PROTECT, primary_key=True, related_name="state", db_column="device_id"
    )
    is_up = models.BooleanField(null=True)
    since = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    answering_since = models.DateTimeField(null=True)
    probed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    round_trip_us = models.BigIntegerField(null=True)
    # Why it could not be asked at all; empty when it was.
    trouble = models.TextField(default="", blank=True)
    incident = models.ForeignKey("network.Incident", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.device_id} {self.is_up} since {self.since}"


class ProbeSlot(models.Model):
    """What became of a device's probes in the five minutes that begin at `at`. Partitioned by month."""

    pk = models.CompositePrimaryKey("device_id", "at")
    device = models.ForeignKey(
        "network.Device", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    sent = models.IntegerField()
    answered = models.IntegerField()
    # Of all that were answered together.
    round_trip_us = models.BigIntegerField()
    worst_us = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.device_id} {self.at}"


class MonitoringPolicy(models.Model):
    """From when on a silent device is an incident, and which credit is proposed for it. One row, or the default.

    `reference` is an address of the provider's own: while it does not answer either, nothing is concluded.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    down_after_minutes = models.PositiveIntegerField(default=3)
    up_after_minutes = models.PositiveIntegerField(default=5)
    credit = models.JSONField(default=dict)
    reference = models.GenericIPAddressField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="network_monitoringpolicy_is_one")]

    def __str__(self) -> str:
        return f"down after {self.down_after_minutes}, up after {self.up_after_minutes}"


class Detection(models.Model):
    """That an incident was found by probes, and what a person said of it."""

    class Review(models.TextChoices):
        CONFIRMED = "confirmed"
        DISMISSED = "dismissed"
        MERGED = "merged"

    incident = models.OneToOneField(
        "network.Incident",
        models.PROTECT,
        primary_key=True,
        related_name="detection",
        db_column="incident_id",
    )
    review = models.TextField(choices=Review, default="", blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.TextField(default="", blank=True)
    merged_into = models.ForeignKey("network.Incident", models.PROTECT, null=True, related_name="merged")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(review="merged", merged_into__isnull=False)
                | (~Q(review="merged") & Q(merged_into__isnull=True)),
                name="network_detection_merged_into_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.review}"
