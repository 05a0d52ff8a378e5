from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Mandate(models.Model):
    """A payer's authorisation to collect: a SEPA mandate, or in the US an authorisation of ACH debits. Another bank
    account is another mandate; a mandate that is cancelled stays on record.
    """

    class Instrument(models.TextChoices):
        """What banks know the collections as: SEPA's local instruments, ACH's standard entry class codes."""

        CORE = "CORE"
        B2B = "B2B"
        PPD = "PPD"
        CCD = "CCD"
        WEB = "WEB"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="mandates")
    reference = models.TextField(unique=True)
    instrument = models.TextField(choices=Instrument, default=Instrument.CORE)
    signed_on = models.DateField()
    # An IBAN and, where it was told, a BIC; in the US an account number and its bank's routing number.
    bank_account = models.TextField()
    bank = models.TextField(blank=True, default="")
    # Checking or savings, in the US.
    account_kind = models.TextField(blank=True, default="")
    holder = models.TextField()
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()
    cancelled_by = models.TextField(blank=True, default="")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(cancelled_at=None),
                name="payments_mandate_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class DebitFile(models.Model):
    """A file of collections as it was made for the bank. It never changes, so it can be written again byte for byte."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.TextField(unique=True)
    due_on = models.DateField()
    # SEPA asks for a file for each instrument; one of ACH holds a batch for each class.
    instrument = models.TextField(choices=[*Mandate.Instrument.choices, ("ACH", "ACH")])
    debits_count = models.IntegerField()
    total = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    content = models.BinaryField()
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="a file of direct debits stays as the bank got it")

    def __str__(self) -> str:
        return self.message_id


class Debit(models.Model):
    """One collection, in minor units. It is on its way from the day it is planned until the bank says how it went."""

    class State(models.TextChoices):
        PLANNED = "planned"
        ASKED = "asked"
        COLLECTED = "collected"
        RETURNED = "returned"
        DROPPED = "dropped"

    AT_THE_BANK = (State.ASKED.value, State.COLLECTED.value, State.RETURNED.value)

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="debits")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="debits")
    file = models.ForeignKey(DebitFile, models.PROTECT, null=True, related_name="debits")
    # What the payer's bank and ours call it on every statement; and the batch of the file it is booked with.
    end_to_end = models.TextField(unique=True)
    batch = models.TextField(blank=True, default="")
    # What ACH calls it instead, on the file and on its return.
    trace = models.TextField(blank=True, default="")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    due_on = models.DateField()
    state = models.TextField(choices=State)
    payment = models.OneToOneField("payments.Payment", models.PROTECT, null=True, related_name="debit")
    # Why it came back. Of one still at the bank, it is known from a report before the statement says so.
    return_code = models.TextField(blank=True, default="")
    returned_on = models.DateField(null=True)
    # A report told of the return, and no statement has booked it yet.
    return_unbooked = models.BooleanField(default=False)
    # What the bank took for the return, and what of it the customer was charged, in minor units.
    return_fee = models.BigIntegerField(default=0)
    fee_passed_on = models.BigIntegerField(default=0)
    planned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_debit_is_positive"),
            models.CheckConstraint(
                condition=models.Q(state="planned", file=None, payment=None)
                | models.Q(state="dropped", payment=None)
                | models.Q(state="asked", file__isnull=False, payment=None)
                | models.Q(state__in=["collected", "returned"], file__isnull=False, payment__isnull=False),
                name="payments_debit_is_where_its_state_says",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=["planned", "asked"]),
                name="payments_debit_one_under_way",
            ),
        ]
        indexes = [
            models.Index(fields=["batch"], condition=~models.Q(batch=""), name="payments_debit_batch"),
            models.Index(fields=["trace"], condition=~models.Q(trace=""), name="payments_debit_trace"),
        ]

    def __str__(self) -> str:
        return self.end_to_end


class DebitReport(models.Model):
    """What a bank reported of collections, outside of its statements. The same file is taken in once."""

    class Kind(models.TextChoices):
        NACHA = "nacha"
        PAIN002 = "pain.002"

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=Kind)
    file = models.TextField()
    digest = models.BinaryField(unique=True)
    # The file of ours that it is about, and how the bank took it: accepted, partly, rejected or pending.
    about = models.ForeignKey(DebitFile, models.PROTECT, null=True, related_name="reports")
    status = models.TextField(blank=True, default="")
    returned = models.IntegerField(default=0)
    corrected = models.IntegerField(default=0)
    # What nobody but a person can follow: reference, code and why, of each.
    left = models.JSONField(default=list)
    taken_by = models.TextField()
    taken_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="a report stays as the bank gave it")

    def __str__(self) -> str:
        return self.file


class DebitPolicy(models.Model):
    """How returns go on: `payments.domain.debit_policy`. Append-only; the latest is in force."""

    class Fee(models.TextChoices):
        OURS = "ours"
        TAKEN = "taken"
        AMOUNT = "amount"

    id = models.BigAutoField(primary_key=True)
    # Days after each return in a row on which the debt may be asked for again.
    retry_days = models.JSONField(default=list)
    retry_codes = models.JSONField(default=list)
    stop_codes = models.JSONField(default=list)
    # Whose the bank's fee is: ours, the customer's as it was taken, or this amount.
    fee = models.TextField(choices=Fee, default=Fee.OURS)
    fee_amount = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    fee_tax = models.TextField(blank=True, default="")
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="a change of the policy is a new version")

    def __str__(self) -> str:
        return f"debit policy {self.id}"
