from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from broadbill.kernel.protections import append_only


class ReferenceRate(models.Model):
    """A rate that the law refers to, from a day on, in percent a year. Append-only; the latest of a day counts."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    starts_on = models.DateField()
    percent = models.DecimalField(max_digits=8, decimal_places=4)
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code", "starts_on", "-id"], name="collections_rate_in_force")]
        triggers = append_only(reason="interest was charged by it; record the rate of the day anew")

    def __str__(self) -> str:
        return f"{self.code} {self.percent} from {self.starts_on}"


class InterestCharge(models.Model):
    """That interest was charged for some days of a debt: for each day once, whoever asks."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    item = models.ForeignKey("payments.OpenItem", models.PROTECT, related_name="+", db_index=False)
    days = DateRangeField()
    # Numbers of the account's facts that charge it; the second is null without compensation for recovery.
    fact = models.IntegerField()
    recovery_fact = models.IntegerField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="collections_interestcharge_each_day_once",
                expressions=[("item", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
            )
        ]
        triggers = append_only(reason="what was charged stays; give a credit")

    def __str__(self) -> str:
        return f"{self.item_id} {self.days}"
