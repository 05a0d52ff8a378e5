from __future__ import annotations

from django.db import models


class Nas(models.Model):
    """An access server: it asks whether somebody may in, and reports what came through."""

    class Vendor(models.TextChoices):
        MIKROTIK = "mikrotik"
        CISCO = "cisco"
        JUNIPER = "juniper"
        HUAWEI = "huawei"
        UBIQUITI = "ubiquiti"
        WISPR = "wispr"
        OTHER = "other"

    id = models.BigAutoField(primary_key=True)
    name = models.TextField(unique=True)
    # The address its packets come from.
    address = models.GenericIPAddressField(unique=True)
    # Shared with FreeRADIUS, which needs it in clear (docs/decisions/0037).
    secret = models.TextField()
    vendor = models.TextField(choices=Vendor)
    site = models.TextField(blank=True, default="")
    # Where it takes orders (RFC 5176).
    coa_port = models.PositiveIntegerField(default=3799)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(secret=""), name="network_nas_has_a_secret"),
        ]

    def __str__(self) -> str:
        return self.name
