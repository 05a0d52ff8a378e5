from __future__ import annotations

import pgtrigger
from django.db import models

from broadbill.kernel.protections import append_only


class LineDispute(models.Model):
    """A customer says that a line of an invoice is wrong. Nobody is chased for it until it is decided.

    Amounts are in minor units: `amount` is of the line as it was priced, `total` the same with tax.
    """

    class State(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="line_disputes")
    document = models.ForeignKey("billing.Document", models.PROTECT, related_name="disputes")
    # The line's place on the document.
    position = models.SmallIntegerField()
    amount = models.BigIntegerField()
    total = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    state = models.TextField(choices=State, default=State.OPEN)
    # Of an upheld one: the number of the account's fact that corrects the line. The next bill brings it.
    fact = models.IntegerField(null=True)
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    decided_by = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    # What the customer is told of the decision.
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, total__gte=models.F("amount")),
                name="payments_linedispute_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(state="upheld", fact__isnull=False)
                | models.Q(state__in=["open", "refused"], fact__isnull=True),
                name="payments_linedispute_upheld_is_corrected",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="open"), name="payments_linedispute_waiting")
        ]
        triggers = [
            *append_only(
                reason="a dispute that was decided stays; open another",
                condition=pgtrigger.Q(old__state__in=["upheld", "refused"]),
            )
        ]

    def __str__(self) -> str:
        return f"dispute {self.id}"
