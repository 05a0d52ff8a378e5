from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class SavedMethod(models.Model):
    """A card or bank account that a customer lets us charge, as a gateway keeps it. No number of it is ever here."""

    class State(models.TextChoices):
        ACTIVE = "active"
        # A charge of it was declined for good, or the gateway has it no more.
        FAILED = "failed"
        REMOVED = "removed"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="saved_methods")
    gateway = models.TextField()
    customer = models.TextField()
    reference = models.TextField()
    kind = models.TextField()
    brand = models.TextField(blank=True, default="")
    last_four = models.TextField(blank=True, default="")
    expires_year = models.SmallIntegerField(null=True)
    expires_month = models.SmallIntegerField(null=True)
    state = models.TextField(choices=State, default=State.ACTIVE)
    # Charged by itself for what falls due.
    autopay = models.BooleanField(default=False)
    # The month in which it ends, once its holder was told.
    told_of_year = models.SmallIntegerField(null=True)
    told_of_month = models.SmallIntegerField(null=True)
    saved_by = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="payments_savedmethod_once"),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(autopay=True, state="active"),
                name="payments_savedmethod_one_autopay",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.last_four}"


class CardCharge(models.Model):
    """A charge asked of a gateway: stored with its key before the gateway is asked.

    `amount` is in minor units. A charge that succeeded has its payment, written in the same transaction.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        CHALLENGE = "challenge"
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        DECLINED = "declined"

    # It is not known yet whether money comes.
    UNDER_WAY = (State.ASKED.value, State.CHALLENGE.value, State.PENDING.value)

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="card_charges")
    gateway = models.TextField()
    # None where the customer pays once on the gateway's page.
    method = models.ForeignKey(SavedMethod, models.PROTECT, null=True, related_name="card_charges")
    key = models.TextField(unique=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    off_session = models.BooleanField()
    return_url = models.TextField(blank=True, default="")
    state = models.TextField(choices=State, default=State.ASKED)
    reference = models.TextField(blank=True, default="")
    decline = models.TextField(blank=True, default="")
    next_url = models.TextField(blank=True, default="")
    payment = models.OneToOneField("payments.Payment", models.PROTECT, null=True, related_name="card_charge")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_cardcharge_is_positive"),
            models.CheckConstraint(
                condition=models.Q(state="succeeded", payment__isnull=False)
                | (~models.Q(state="succeeded") & models.Q(payment__isnull=True)),
                name="payments_cardcharge_succeeded_is_paid",
            ),
            # However many ask at once: nobody is charged twice for the same debt.
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=["asked", "challenge", "pending"]),
                name="payments_cardcharge_one_under_way",
            ),
        ]
        indexes = [
            models.Index(fields=["gateway", "reference"], name="payments_cardcharge_reference"),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state__in=["asked", "challenge", "pending"]),
                name="payments_cardcharge_under_way",
            ),
            models.Index(fields=["account", "asked_at"], name="payments_cardcharge_of_account"),
            models.Index(
                fields=["settled_at"],
                condition=models.Q(state="declined"),
                name="payments_cardcharge_declined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Webhook(models.Model):
    """News of a gateway, kept once however often it comes. Only what it is about is kept, not what it says."""

    id = models.BigAutoField(primary_key=True)
    gateway = models.TextField()
    event = models.TextField()
    kind = models.TextField()
    reference = models.TextField()
    received_at = models.DateTimeField()
    worked_off_at = models.DateTimeField(null=True)
    # What a person has to look at: money nobody here asked for.
    trouble = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event"], name="payments_webhook_once"),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(worked_off_at=None), name="payments_webhook_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event}"


class Chargeback(models.Model):
    """A charge that the customer's bank took back. `amount` and `fee` are minor units."""

    class State(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    id = models.BigAutoField(primary_key=True)
    charge = models.ForeignKey(CardCharge, models.PROTECT, related_name="chargebacks")
    reference = models.TextField(unique=True)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField(blank=True, default="")
    state = models.TextField(choices=State, default=State.OPEN)
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, related_name="+")
    # The money that came back when it was won.
    won = models.OneToOneField("payments.Payment", models.PROTECT, null=True, related_name="+")
    opened_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, fee__gte=0), name="payments_chargeback_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class CardPolicy(models.Model):
    """How charging by itself goes on after a decline. Append-only; the latest is in force."""

    id = models.BigAutoField(primary_key=True)
    # Days after the first decline of a debt on which it is tried again.
    retry_days = models.JSONField(default=list)
    # Whether a lost chargeback's fee is charged to the customer.
    passes_fee_on = models.BooleanField(default=False)
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="a change of the policy is a new version")

    def __str__(self) -> str:
        return f"card policy {self.id}"
