from __future__ import annotations

from django.db import models


class OpenItem(models.Model):
    """What is still open of a document, a payment, a refund, a chargeback or an opening balance.

    `amount` and `open` are minor units with the sign the customer's balance sees: an invoice, a refund and a
    chargeback positive; a credit note and a payment negative. The open items of an account sum to its balance in the
    ledger (`verify` checks).
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document"
        PAYMENT = "payment"
        OPENING = "opening"
        REFUND = "refund"
        CHARGEBACK = "chargeback"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="open_items", db_index=False)
    kind = models.TextField(choices=Kind)
    document = models.OneToOneField("billing.Document", models.PROTECT, null=True, related_name="open_item")
    payment = models.OneToOneField("payments.Payment", models.PROTECT, null=True, related_name="open_item")
    refund = models.OneToOneField("payments.Refund", models.PROTECT, null=True, related_name="open_item")
    chargeback = models.OneToOneField(
        "payments.Chargeback", models.PROTECT, null=True, related_name="open_item"
    )
    dated_on = models.DateField()
    due_on = models.DateField()
    amount = models.BigIntegerField()
    open = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind="document", document__isnull=False, payment=None, refund=None, chargeback=None
                )
                | models.Q(kind="payment", document=None, payment__isnull=False, refund=None, chargeback=None)
                | models.Q(kind="refund", document=None, payment=None, refund__isnull=False, chargeback=None)
                | models.Q(
                    kind="chargeback", document=None, payment=None, refund=None, chargeback__isnull=False
                )
                | models.Q(kind="opening", document=None, payment=None, refund=None, chargeback=None),
                name="payments_openitem_comes_from_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, open__gte=0, open__lte=models.F("amount"))
                | models.Q(amount__lt=0, open__lte=0, open__gte=models.F("amount")),
                name="payments_openitem_open_within_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["account"], condition=~models.Q(open=0), name="payments_openitem_still_open")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.open} of {self.amount}"


class Allocation(models.Model):
    """The part of a credit (payment, credit note, opening credit) that settles a debit. Undone, never deleted."""

    id = models.BigAutoField(primary_key=True)
    credit = models.ForeignKey(OpenItem, models.PROTECT, related_name="spent_on")
    debit = models.ForeignKey(OpenItem, models.PROTECT, related_name="settled_by")
    amount = models.BigIntegerField()
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_allocation_is_positive")
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.credit_id} to {self.debit_id}"
