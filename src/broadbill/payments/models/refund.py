from __future__ import annotations

import pgtrigger
from django.db import models

from broadbill.kernel.protections import append_only
from broadbill.payments.models.payment import Payment


class Refund(models.Model):
    """Money given back to a customer, from what they had in credit. Asked for by one person and, above a limit,
    agreed to by another; once paid it never changes.

    `amount` is in minor units and positive.
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        # Agreed to, and asked of the gateway whose charge it gives back.
        SENDING = "sending"
        PAID = "paid"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    # From the series of refunds, taken when it is paid.
    number = models.TextField(unique=True, null=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.TextField(choices=Payment.Method)
    # One line for the customer.
    reason = models.TextField()
    state = models.TextField(choices=State)
    # The charge that is given back, and how its gateway calls the refund.
    charge = models.ForeignKey("payments.CardCharge", models.PROTECT, null=True, related_name="refunds")
    reference = models.TextField(blank=True, default="")
    paid_on = models.DateField(null=True)
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")
    idempotency_key = models.TextField(unique=True)
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    decided_by = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    # Why it was not agreed to.
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_refund_is_positive"),
            models.CheckConstraint(
                condition=models.Q(
                    state="paid", number__isnull=False, entry__isnull=False, paid_on__isnull=False
                )
                | models.Q(
                    state__in=["requested", "sending", "refused"],
                    number__isnull=True,
                    entry__isnull=True,
                    paid_on__isnull=True,
                ),
                name="payments_refund_paid_is_booked",
            ),
            models.CheckConstraint(
                condition=models.Q(method="card", charge__isnull=False)
                | (~models.Q(method="card") & models.Q(charge__isnull=True)),
                name="payments_refund_card_has_its_charge",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                condition=models.Q(state__in=["requested", "sending"]),
                name="payments_refund_waiting",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(state="requested"),
                name="payments_refund_to_agree",
            ),
        ]
        triggers = [
            *append_only(
                reason="a refund that was paid or refused stays; record what came back as a payment",
                condition=pgtrigger.Q(old__state__in=["paid", "refused"]),
            )
        ]

    def __str__(self) -> str:
        return self.number or f"refund {self.id}"
