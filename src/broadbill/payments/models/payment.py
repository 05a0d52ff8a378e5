from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from broadbill.kernel.protections import append_only


class Payment(models.Model):
    """Money received from an account. It is never changed or deleted; a wrong one is reversed."""

    class Method(models.TextChoices):
        CASH = "cash"
        CHEQUE = "cheque"
        TRANSFER = "transfer"
        DIRECT_DEBIT = "direct_debit"
        # The money came when the voucher was sold: nobody hands it over now, or gets it back so.
        VOUCHER = "voucher"
        # Through a gateway: recorded by what it says, given back through it.
        CARD = "card"

    HANDED_OVER = (Method.CASH.value, Method.CHEQUE.value, Method.TRANSFER.value)

    id = models.BigAutoField(primary_key=True)
    number = models.TextField(unique=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="payments")
    received_on = models.DateField()
    method = models.TextField(choices=Method)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, related_name="+")
    # Made by the page or program that asks, so that asking twice records once.
    idempotency_key = models.TextField(unique=True)
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_payment_is_positive")
        ]
        indexes = [
            # Those at the counter are looked up by themselves, and may be few among many.
            models.Index(
                fields=["id"],
                condition=models.Q(method__in=["cash", "cheque"]),
                name="payments_payment_at_counter",
            ),
            BrinIndex("received_on", name="payments_payment_by_day", pages_per_range=32, autosummarize=True),
        ]
        triggers = append_only(reason="payments are only added to; reverse a wrong one")

    def __str__(self) -> str:
        return self.number


class Reversal(models.Model):
    """The taking back of a payment that should not have been recorded or did not hold (a returned cheque)."""

    payment = models.OneToOneField(Payment, models.PROTECT, primary_key=True, related_name="reversal")
    reversed_on = models.DateField()
    reason = models.TextField()
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, related_name="+")
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="payments are only added to; reverse a wrong one")

    def __str__(self) -> str:
        return f"reversal of {self.payment_id}"
