from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Mark(models.Model):
    """Up to where a session's counters were counted: what its latest packet said."""

    acctuniqueid = models.TextField(primary_key=True)
    at = models.DateTimeField()
    session_seconds = models.BigIntegerField(null=True)
    input_octets = models.BigIntegerField()
    output_octets = models.BigIntegerField()
    wide = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.acctuniqueid} {self.at}"


class SessionDay(models.Model):
    """What one session carried on one local day, and how much of it was handed on to usage.

    Null accounts are names that nobody has: kept aside. `gap_seconds` is the longest time between two reports that
    was shared out over midnight by time, 0 where none was; `wraps` and `resets` count what the counters did.
    """

    pk = models.CompositePrimaryKey("acctuniqueid", "used_on")
    acctuniqueid = models.TextField()
    used_on = models.DateField()
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+", db_index=False
    )
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, null=True, related_name="+",
                                     db_index=False)  # fmt: skip
    username = models.TextField()
    input_octets = models.BigIntegerField()
    output_octets = models.BigIntegerField()
    passed_octets = models.BigIntegerField()
    gap_seconds = models.BigIntegerField()
    wraps = models.IntegerField()
    resets = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["subscription", "used_on"], name="network_sessionday_used"),
            models.Index(
                fields=["account"],
                condition=Q(account__isnull=False) & ~Q(passed_octets=F("input_octets") + F("output_octets")),
                name="network_sessionday_to_pass",
            ),
            models.Index(
                fields=["username"], condition=Q(account__isnull=True), name="network_sessionday_unknown"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acctuniqueid} {self.used_on}"


class RollUpState(models.Model):
    """How far packets were counted: all transactions before this one. One row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    through_transaction = models.BigIntegerField()
    rolled_up_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="network_rollupstate_is_one")]

    def __str__(self) -> str:
        return f"through {self.through_transaction}"
