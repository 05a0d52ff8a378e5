from __future__ import annotations

from django.db import models


class BankStatement(models.Model):
    """A bank statement or a notification of bookings, taken in. A booking counts once, in whatever file it comes."""

    id = models.BigAutoField(primary_key=True)
    # Empty where the file names no account (CSV).
    iban = models.TextField(blank=True, default="")
    number = models.TextField()
    file = models.TextField()
    is_notification = models.BooleanField(default=False)
    lines_repeated = models.IntegerField(default=0)
    imported_by = models.TextField()
    imported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.iban} {self.number}"


class BankLine(models.Model):
    """One booking of a statement: positive money in, negative out, in minor units."""

    class State(models.TextChoices):
        MATCHED = "matched"
        QUEUED = "queued"
        IGNORED = "ignored"
        # It tells how direct debits went: their payments are found by them.
        DEBIT = "debit"
        # A gateway paid out what it had charged.
        PAYOUT = "payout"
        # A sum whose parts came in a file of the other kind: they are lines of their own.
        PARTED = "parted"

    id = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    # The booking's name in whatever file it comes: it is taken in once.
    identity = models.BinaryField(unique=True)
    # The bank's name of the sum that it is a part of; the same in statements and notifications.
    entry = models.TextField(blank=True, default="")
    # The file of the other kind, statement or notification, in which it came too.
    also_in = models.ForeignKey(BankStatement, models.PROTECT, null=True, related_name="repeated")
    booked_on = models.DateField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payer = models.TextField(blank=True, default="")
    payer_iban = models.TextField(blank=True, default="")
    references = models.TextField(blank=True, default="")
    state = models.TextField(choices=State)
    # What the payer was recognised by, or why nobody was: payments.domain.recognise.Reason.
    reason = models.TextField()
    # Ids of the accounts it may be of, likeliest first.
    suggested = models.JSONField(default=list)
    payment = models.OneToOneField("payments.Payment", models.PROTECT, null=True, related_name="bank_line")
    movement = models.OneToOneField(
        "payments.GatewayMovement", models.PROTECT, null=True, related_name="bank_line"
    )
    note = models.TextField(blank=True, default="")
    decided_by = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="matched", payment__isnull=False, movement__isnull=True)
                | models.Q(state="payout", payment__isnull=True, movement__isnull=False)
                | models.Q(
                    state__in=["queued", "ignored", "debit", "parted"],
                    payment__isnull=True,
                    movement__isnull=True,
                ),
                name="payments_bankline_matched_is_paid",
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="queued"), name="payments_bankline_queue"),
            # Where a booking of one kind of file is looked for in the other.
            models.Index(fields=["booked_on", "amount"], name="payments_bankline_booked"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.currency}"


class Payer(models.Model):
    """Whose bank account pays for which of ours: learned from what people decided."""

    iban = models.TextField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    learned_by = models.TextField()
    learned_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.iban
