from __future__ import annotations

from django.db import models


class Turnover(models.Model):
    """What the entries of one kind, day and currency posted to an account of the books, in several rows that add up.

    A trigger on the postings adds a row for each statement that posts, so writers never wait for each other; at night
    `operations.turnover` makes one row of many. `verify` holds the sums against the postings.
    """

    id = models.BigAutoField(primary_key=True)
    posted_on = models.DateField()
    kind = models.TextField()
    ledger_account = models.ForeignKey(
        "ledger.LedgerAccount", models.PROTECT, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    # Minor units, debit positive, credit negative.
    amount = models.BigIntegerField()
    postings = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["ledger_account", "currency", "posted_on"],
                include=["kind", "amount"],
                name="ledger_turnover_by_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.posted_on} {self.kind} {self.ledger_account_id} {self.amount} {self.currency}"
