from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models


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

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.holds}"
