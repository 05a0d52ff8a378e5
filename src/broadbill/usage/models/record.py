from __future__ import annotations

from django.db import models

from broadbill.kernel.fields import NumericField
from broadbill.kernel.protections import append_only


class UsageRecord(models.Model):
    """What a meter of a subscription counted at an instant: a usage record of the scenario contract. Append-only.

    `number` counts the account's records in the order in which they became known, under the account's lock.
    `timezone` is the zone that the account had when the record came in: it decides the local days `used_on` (of
    `at`) and `recorded_on`, and the time bands, for good (docs/decisions/0019).
    Units: `quantity` in the meter's own, `duration_seconds` seconds, `inward` and `outward` Mbps or octets.
    """

    pk = models.CompositePrimaryKey("account_id", "number")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    subscription = models.ForeignKey(
        "contracts.Subscription", models.PROTECT, related_name="+", db_index=False
    )
    meter = models.TextField()
    at = models.DateTimeField()
    timezone = models.TextField()
    used_on = models.DateField()
    quantity = NumericField(null=True)
    duration_seconds = NumericField(null=True)
    destination = models.TextField(null=True)
    inward = NumericField(null=True)
    outward = NumericField(null=True)
    value = NumericField(null=True)
    # The source's own id of the record; one that was seen already counts once.
    source_id = models.TextField(null=True)
    recorded_at = models.DateTimeField()
    recorded_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source_id"],
                condition=models.Q(source_id__isnull=False),
                name="usage_usagerecord_counts_once",
            ),
        ]
        indexes = [models.Index(fields=["account", "meter", "used_on"], name="usage_usagerecord_by_day")]
        triggers = append_only(reason="what was metered stays; record a correcting quantity")

    def __str__(self) -> str:
        return f"{self.account_id} #{self.number} {self.meter} {self.at}"
