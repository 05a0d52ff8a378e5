from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Fact(models.Model):
    """One thing that became true of an account: the history that rating reads. Append-only.

    A fact is an event of the scenario contract (`docs/reference/scenario.md`): `kind` is its `do`,
    `effective_on` its `at`, `detail` its other keys. `number` counts the account's facts in the order in
    which they became known, under the account's lock, so "what was known then" is one number.
    """

    pk = models.CompositePrimaryKey("account_id", "number")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="facts")
    number = models.IntegerField()
    kind = models.TextField()
    subscription = models.ForeignKey(
        "contracts.Subscription", models.PROTECT, null=True, related_name="facts"
    )
    effective_on = models.DateField()
    detail = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gt=0), name="contracts_fact_numbered_from_one")
        ]
        triggers = append_only(reason="history is only added to; void a wrong fact with a new one")

    def __str__(self) -> str:
        return f"{self.account_id} #{self.number} {self.kind} {self.effective_on}"
