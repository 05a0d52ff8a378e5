from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from broadbill.kernel.protections import append_only


class ProofAlarm(models.Model):
    """Who is written to when the daily proof finds something. Append-only; the latest is in force.

    `addresses` are e-mail addresses; null: whoever of the staff may take payments back.
    """

    id = models.BigAutoField(primary_key=True)
    addresses = ArrayField(models.TextField(), null=True)
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="a change of who is written to is a new version")

    def __str__(self) -> str:
        return f"proof alarm {self.id}"


class GatewayMovement(models.Model):
    """A line of a gateway's own account with us, as it told it: what the daily proof compares with the books.

    `amount` is before `fee`, in is positive, both in minor units. `source` is the gateway's name of the charge, refund
    or dispute that it is of.
    """

    id = models.BigAutoField(primary_key=True)
    gateway = models.TextField()
    reference = models.TextField()
    kind = models.TextField()
    source = models.TextField(blank=True, default="")
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    # What books its fee, or its payout to the bank.
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="payments_movement_once"),
        ]
        indexes = [
            models.Index(fields=["gateway", "kind", "source"], name="payments_movement_source"),
            models.Index(fields=["gateway", "at"], name="payments_movement_at"),
        ]
        triggers = [
            *append_only(
                reason="a gateway's movement that is booked stays as it was told",
                condition=pgtrigger.Q(old__entry_id__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.reference}"


class Finding(models.Model):
    """A cent that does not match, and the document at fault.

    Open until a person settles it, or the proof sees that it is gone.
    """

    id = models.BigAutoField(primary_key=True)
    check_name = models.TextField()
    subject = models.TextField()
    words = models.TextField()
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["check_name", "subject", "words"],
                condition=models.Q(settled_at=None),
                name="payments_finding_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by="")
                | models.Q(settled_at__isnull=False) & ~models.Q(settled_by="") & ~models.Q(note=""),
                name="payments_finding_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.words}"
