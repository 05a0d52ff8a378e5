from __future__ import annotations

import pgtrigger
from django.db import models

from broadbill.kernel.protections import append_only


class WriteOff(models.Model):
    """A debt, or a part of it, that nobody expects to be paid any more: an expense of ours, no longer a receivable.

    Asked for by one person and, above a limit, agreed to by another. Recovered when the money comes after all: the
    debt is open again, for the payment to settle. `amount` is in minor units and positive.
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        BOOKED = "booked"
        REFUSED = "refused"
        RECOVERED = "recovered"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="write_offs")
    document = models.ForeignKey("billing.Document", models.PROTECT, related_name="write_offs")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    state = models.TextField(choices=State)
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")
    written_off_on = models.DateField(null=True)
    # What took the entry back.
    recovery = models.OneToOneField("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")
    recovered_on = models.DateField(null=True)
    idempotency_key = models.TextField(unique=True)
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    decided_by = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    # Why it was not agreed to, or why it was recovered.
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_writeoff_is_positive"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["requested", "refused"], entry__isnull=True, recovery__isnull=True
                )
                | models.Q(state="booked", entry__isnull=False, recovery__isnull=True)
                | models.Q(state="recovered", entry__isnull=False, recovery__isnull=False),
                name="payments_writeoff_is_booked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(state="requested"), name="payments_writeoff_waiting"
            )
        ]
        triggers = [
            *append_only(
                reason="a write-off that was refused or recovered stays; write the debt off anew",
                condition=pgtrigger.Q(old__state__in=["refused", "recovered"]),
            )
        ]

    def __str__(self) -> str:
        return f"write-off {self.id}"
