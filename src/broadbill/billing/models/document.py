from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from broadbill.kernel.fields import NumericField
from broadbill.kernel.protections import append_only


class Document(models.Model):
    """An issued invoice or credit note. It never changes; a correction is a new document.

    Amounts are minor units of `currency` and carry the sign the customer's balance sees.
    `digest` is the SHA-256 of its whole content (see `domain.digest`), `chain_hash` that of the chain hash of
    the document before it in the series and its own digest.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey("billing.Series", models.PROTECT, related_name="documents", db_index=False)
    sequence = models.IntegerField()
    number = models.TextField(unique=True)
    kind = models.TextField(choices=Kind)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="documents", db_index=False)
    profile = models.ForeignKey("accounts.Profile", models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey("billing.BillRun", models.PROTECT, related_name="documents")
    # Null when there is nothing to book: every line is 0.00.
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    due = models.BigIntegerField()
    balance_before = models.BigIntegerField()
    # Numbers of the documents it corrects.
    corrects = ArrayField(models.TextField(), default=list)
    # The account's facts known to it: those numbered up to this.
    facts_seen = models.IntegerField()
    # The same of its usage records.
    usage_seen = models.IntegerField()
    digest = models.BinaryField()
    chain_hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="billing_document_sequence_unique"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax")),
                name="billing_document_adds_up",
            ),
            models.CheckConstraint(condition=models.Q(due__gte=0), name="billing_document_due_not_negative"),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="billing_document_of_account"),
            # Days come in the order of the pages, so a block range index is all that a list by day takes.
            BrinIndex("issued_on", name="billing_document_by_day", pages_per_range=32, autosummarize=True),
        ]
        triggers = append_only(reason="issued documents never change; correct with a credit note")

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """One amount of a document over a half-open service period, with the arithmetic that made it."""

    pk = models.CompositePrimaryKey("document_id", "position")
    document = models.ForeignKey(Document, models.PROTECT, related_name="lines", db_index=False)
    position = models.SmallIntegerField()
    subscription = models.ForeignKey(
        "contracts.Subscription", models.PROTECT, null=True, related_name="+", db_index=False
    )
    charge = models.TextField(null=True)
    kind = models.TextField()
    description = models.TextField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    # Without a fixed scale: the digits are kept as the rating core gave them.
    quantity = NumericField(null=True)
    unit_amount = NumericField(null=True)
    amount = models.BigIntegerField()
    # The amount as priced, an inclusive tax still inside.
    priced = models.BigIntegerField()
    tax_category = models.TextField(null=True)
    # What it comes from, e.g. `event:12` for the account's twelfth fact.
    source = models.TextField(null=True)
    # The anchored period it lies in and the whole period's price: what a later run subtracts it from.
    period_starts_on = models.DateField(null=True)
    period_ends_on = models.DateField(null=True)
    price = models.TextField(null=True)
    # Steps of `core.rating.render_because`.
    because = models.JSONField()

    class Meta:
        ordering = ["document_id", "position"]
        triggers = append_only(reason="issued documents never change; correct with a credit note")

    def __str__(self) -> str:
        return f"{self.document_id}/{self.position}"


class DocumentTax(models.Model):
    """One tax of a document: its base and amount for a category and rate."""

    pk = models.CompositePrimaryKey("document_id", "position")
    document = models.ForeignKey(Document, models.PROTECT, related_name="taxes", db_index=False)
    position = models.SmallIntegerField()
    name = models.TextField()
    category = models.TextField()
    rate = NumericField()
    base = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        ordering = ["document_id", "position"]
        triggers = append_only(reason="issued documents never change; correct with a credit note")

    def __str__(self) -> str:
        return f"{self.document_id}/{self.position} {self.name}"
