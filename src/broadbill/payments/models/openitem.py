from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models

# What an open item may come from; an opening balance comes from nothing here.
THINGS = ("document", "payment", "refund", "chargeback", "write_off")


def _comes_from(kind: str) -> models.Q:
    return models.Q(kind=kind, **{f"{thing}__isnull": thing != kind for thing in THINGS})


class OpenItem(models.Model):
    """What is still open of a document, a payment, a refund, a chargeback, a write-off or an opening balance.

    `amount` and `open` are minor units with the sign the customer's balance sees: an invoice, a refund and a
    chargeback positive; a credit note, a payment and a write-off negative. The open items of an account sum to its
    balance in the ledger (`verify` checks).
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document"
        PAYMENT = "payment"
        OPENING = "opening"
        REFUND = "refund"
        CHARGEBACK = "chargeback"
        WRITE_OFF = "write_off"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="open_items", db_index=False)
    kind = models.TextField(choices=Kind)
    document = models.OneToOneField("billing.Document", models.PROTECT, null=True, related_name="open_item")
    payment = models.OneToOneField("payments.Payment", models.PROTECT, null=True, related_name="open_item")
    refund = models.OneToOneField("payments.Refund", models.PROTECT, null=True, related_name="open_item")
    chargeback = models.OneToOneField(
        "payments.Chargeback", models.PROTECT, null=True, related_name="open_item"
    )
    write_off = models.OneToOneField("payments.WriteOff", models.PROTECT, null=True, related_name="open_item")
    dated_on = models.DateField()
    due_on = models.DateField()
    amount = models.BigIntegerField()
    open = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=reduce(or_, (_comes_from(kind) for kind in ("opening", *THINGS))),
                name="payments_openitem_comes_from_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, open__gte=0, open__lte=models.F("amount"))
                | models.Q(amount__lt=0, open__lte=0, open__gte=models.F("amount")),
                name="payments_openitem_open_within_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"], condition=~models.Q(open=0), name="payments_openitem_still_open"
            ),
            # For sums by age: what is late is found without reading what is not.
            models.Index(
                fields=["due_on"],
                include=["open", "account"],
                condition=~models.Q(open=0),
                name="payments_openitem_by_due_day",
            ),
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
