from __future__ import annotations

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models

from broadbill.kernel.protections import Guard

# What a term that holds adds on its first day and takes away on the day after its last.
CHANGES = """
    INSERT INTO contracts_servicechange (day, plan_id, state, change)
    SELECT day, plan_id, state, sum(change) FROM ({rows}) AS changed
    WHERE day IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(change) <> 0;
    RETURN NULL;
"""
BEGIN_AND_END = """
        SELECT {edge}(holds) AS day, plan_id, state, {sign}1 AS change FROM {table} WHERE superseded_at IS NULL"""


def _changes(*signed: tuple[str, str, str]) -> str:
    """The rows of some terms: table, and the sign of their beginning and of their end."""
    rows = [
        BEGIN_AND_END.format(edge=edge, sign=sign, table=table)
        for table, beginning, end in signed
        for edge, sign in (("lower", beginning), ("upper", end))
    ]
    return CHANGES.format(rows=" UNION ALL".join(rows))


class Subscription(models.Model):
    """An account's dated right to a plan. What it was and when is in its facts; its terms are made from them."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="subscriptions")
    contract = models.ForeignKey("contracts.Contract", models.PROTECT, null=True, blank=True)
    location = models.ForeignKey("accounts.Location", models.PROTECT, null=True, blank=True)
    # The account's own name for it, unique among its subscriptions, e.g. S1.
    code = models.TextField()
    # What comes with it and costs nothing of its own, as the customer knows it: "Online backup".
    extras = ArrayField(models.TextField(), default=list, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "code"], name="contracts_subscription_code_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.code}"


class SubscriptionTerm(models.Model):
    """What a subscription is over a range of dates, as known from `recorded_at` until `superseded_at`.

    Made from the facts by `operations.terms`; the rows not superseded are today's knowledge and never overlap.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="terms")
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    # Agreed prices by charge code, in the scenario contract's shape; they stand before the list price.
    prices = models.JSONField(default=dict, blank=True)
    state = models.TextField(choices=State, default=State.ACTIVE)
    holds = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="contracts_subscriptionterm_never_overlap",
                expressions=[
                    ("subscription", RangeOperators.EQUAL),
                    ("holds", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(holds__isempty=False), name="contracts_subscriptionterm_holds_some_day"
            ),
        ]
        indexes = [
            models.Index(
                fields=["plan"],
                condition=models.Q(superseded_at__isnull=True),
                name="contracts_term_current_plan",
            )
        ]
        triggers = [
            Guard(
                name="counted",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="added"),
                func=_changes(("added", "", "-")),
            ),
            Guard(
                name="recounted",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(old="was", new="added"),
                func=_changes(("was", "-", ""), ("added", "", "-")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.holds}"


class ServiceChange(models.Model):
    """By how many the subscriptions to a plan in a state become more or fewer on a day, in rows that add up.

    The sum of all up to a day is how many there are on it, as known today. Triggers on the terms add the rows, so
    nobody has to count terms; `verify` holds the sums against them.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, related_name="+", db_index=False)
    state = models.TextField(choices=SubscriptionTerm.State)
    change = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["plan", "state", "day"], include=["change"], name="contracts_service_changes"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.plan_id} {self.change:+}"
