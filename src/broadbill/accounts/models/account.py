from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from broadbill.accounts.domain.kinds import CustomerKind


class Account(models.Model):
    """Who we bill. What a bill prints of them is in the current `Profile`; this row is also their lock."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        CLOSED = "closed"

    class PaysBy(models.TextChoices):
        CASH = "cash"
        CHEQUE = "cheque"
        ELECTRONIC_CHEQUE = "electronic_cheque"
        TRANSFER = "transfer"
        DIRECT_DEBIT = "direct_debit"
        CARD = "card"

    id = models.BigAutoField(primary_key=True)
    number = models.TextField(unique=True)
    name = models.TextField()
    status = models.TextField(choices=Status, default=Status.ACTIVE)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    # Each points at the other; the database checks both at commit, so they are written in one transaction.
    profile = models.ForeignKey("accounts.Profile", models.PROTECT, related_name="+")
    kind = models.TextField(
        choices=[(kind.value, kind.value) for kind in CustomerKind], db_default=CustomerKind.RESIDENTIAL.value
    )
    pays_by = models.TextField(choices=PaysBy, default=PaysBy.TRANSFER)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    notes = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField()
    # The number of facts recorded of this account: the next fact takes the next number under this row's lock.
    facts_recorded = models.IntegerField(default=0)
    # The number of its usage records, counted in the same way.
    usage_recorded = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "closed"]), name="accounts_account_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(closed_on__gte=models.F("opened_on")),
                name="accounts_account_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="accounts_account_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in CustomerKind]),
                name="accounts_account_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(number=""), name="accounts_account_has_a_number"),
        ]
        indexes = [
            GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("number"), name="gin_trgm_ops"),
                name="accounts_account_search",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
