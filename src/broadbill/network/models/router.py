from __future__ import annotations

from django.db import models
from django.db.models import Q


class Router(models.Model):
    """A MikroTik router that asks no RADIUS: Broadbill writes into it who is let in, and how fast.

    Its API needs the password in clear, as an access server its secret (docs/decisions/0037).
    """

    id = models.BigAutoField(primary_key=True)
    name = models.TextField(unique=True)
    address = models.TextField()
    port = models.PositiveIntegerField()
    is_tls = models.BooleanField()
    # What its TLS certificate must be or be signed by, PEM; empty: by whom this machine trusts.
    certificate = models.TextField(blank=True, default="")
    username = models.TextField()
    password = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_tls=True) | Q(certificate=""), name="network_router_certificate_is_for_tls"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RouterLine(models.Model):
    """That an access is let in by a router: by a PPP secret, or where it has none, by a queue over its address."""

    access = models.OneToOneField(
        "network.Access", models.PROTECT, primary_key=True, related_name="router_line"
    )
    router = models.ForeignKey(Router, models.PROTECT, related_name="lines")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.access_id} at {self.router_id}"
