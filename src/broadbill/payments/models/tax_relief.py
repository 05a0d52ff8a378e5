from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from broadbill.kernel.fields import NumericField
from broadbill.kernel.protections import append_only, only_changing


class TaxReliefPolicy(models.Model):
    """When a country gives tax back on bad debt. Append-only; the latest of a country is in force.

    `country` is the customer's on the invoice, empty for all others. `months` are counted from the day the invoice was
    due; null: nothing is given back.
    """

    id = models.BigAutoField(primary_key=True)
    country = models.TextField(blank=True, default="")
    months = models.PositiveSmallIntegerField(null=True)
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["country", "-id"], name="payments_taxrelief_in_force")]
        triggers = append_only(reason="a change of the policy is a new version")

    def __str__(self) -> str:
        return f"{self.country or 'everywhere'}: {self.months} months"


class TaxRelief(models.Model):
    """Tax that is not owed any more because the debt it was charged on is written off; owed again once it is recovered.

    One for each tax of the invoice, in minor units: its share of `amount`, and of the `base` it was charged on.
    """

    id = models.BigAutoField(primary_key=True)
    write_off = models.ForeignKey("payments.WriteOff", models.PROTECT, related_name="reliefs")
    position = models.SmallIntegerField()
    name = models.TextField()
    category = models.TextField()
    rate = NumericField()
    base = models.BigIntegerField()
    amount = models.BigIntegerField()
    entry = models.ForeignKey("ledger.JournalEntry", models.PROTECT, related_name="+")
    relieved_on = models.DateField()
    # What took it back.
    reversal = models.ForeignKey("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")
    reversed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["write_off", "position"], name="payments_taxrelief_once"),
            models.CheckConstraint(
                condition=Q(reversal=None, reversed_on=None)
                | Q(reversal__isnull=False, reversed_on__isnull=False, reversed_on__gte=F("relieved_on")),
                name="payments_taxrelief_reversed_is_booked",
            ),
        ]
        triggers = only_changing(
            "reversal", "reversed_on", reason="tax that was given back stays on record; it is taken back once"
        )

    def __str__(self) -> str:
        return f"{self.write_off_id} {self.name} {self.amount}"
