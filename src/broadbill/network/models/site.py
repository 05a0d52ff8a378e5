from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Site(models.Model):
    """A place where devices stand, itself part of a larger one or not."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="network_site_not_in_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Device(models.Model):
    """Something at a site that services hang under: an access server, a radio, a switch."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="devices")
    # The access server that it is, whose sessions hang under it too.
    nas = models.OneToOneField("network.Nas", models.PROTECT, null=True, related_name="device")
    # The device that it is connected by.
    uplink = models.ForeignKey("self", models.PROTECT, null=True, related_name="below")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(uplink__isnull=True) | ~Q(uplink=F("id")),
                name="network_device_not_its_own_uplink",
            ),
        ]

    def __str__(self) -> str:
        return self.code
