from __future__ import annotations

from django.db import models

from broadbill.kernel.fields import NumericField


class DailyRollUp(models.Model):
    """What the records of one meter of a subscription sum up to on one local day, by the day they became known.

    Kept by `record_usage` in the transaction that stores the records, and checked against them by `verify`.
    `quantity` sums the records' quantities, or their seconds where they have only a duration.
    Records are numbered as they come in, so a document that knew those up to a number knew all of a row whose
    `last_number` is not beyond it, and none of one whose `first_number` is.
    """

    pk = models.CompositePrimaryKey("account_id", "used_on", "subscription_id", "meter", "recorded_on")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+", db_index=False)
    used_on = models.DateField()
    subscription = models.ForeignKey(
        "contracts.Subscription", models.PROTECT, related_name="+", db_index=False
    )
    meter = models.TextField()
    recorded_on = models.DateField()
    records = models.IntegerField()
    first_number = models.IntegerField()
    last_number = models.IntegerField()
    quantity = NumericField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(records__gte=1, last_number__gte=models.F("first_number")),
                name="usage_dailyrollup_holds_records",
            ),
        ]
        # Finds what became known after a bill.
        indexes = [models.Index(fields=["account", "last_number"], name="usage_dailyrollup_as_known")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.meter} {self.used_on}: {self.quantity}"
