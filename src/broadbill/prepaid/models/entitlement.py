from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Entitlement(models.Model):
    """What somebody may use because they redeemed a voucher; null is without that limit.

    A period has `ends_at`; time and data have what is left of them, which `operations.consume` lowers and nobody else.
    """

    id = models.BigAutoField(primary_key=True)
    redemption = models.OneToOneField("prepaid.Redemption", models.PROTECT, related_name="entitlement")
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    device = models.TextField(blank=True, default="", db_index=True)
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, null=True, related_name="+")
    profile = models.TextField(blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    seconds_left = models.BigIntegerField(null=True)
    octets_left = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seconds_left__isnull=True) | models.Q(seconds_left__gte=0),
                name="prepaid_entitlement_seconds_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(octets_left__isnull=True) | models.Q(octets_left__gte=0),
                name="prepaid_entitlement_octets_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"entitlement {self.pk}"


class Use(models.Model):
    """Usage counted against an entitlement, once for each id that its source gave it."""

    pk = models.CompositePrimaryKey("entitlement_id", "usage_id")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="uses", db_index=False)
    usage_id = models.TextField()
    # What was reported, and what of it was still left to be counted.
    seconds = models.BigIntegerField()
    octets = models.BigIntegerField()
    seconds_counted = models.BigIntegerField()
    octets_counted = models.BigIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="usage counts once; report the difference as a new one")

    def __str__(self) -> str:
        return f"{self.entitlement_id} {self.usage_id}"
