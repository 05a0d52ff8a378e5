from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Plan(models.Model):
    """What we sell: a named set of charges in one currency."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    currency = models.CharField(max_length=3)
    allowance_pool = models.TextField(blank=True, default="")
    # Served only while it is paid for: a period that the account's credit does not cover is not begun.
    prepaid = models.BooleanField(default=False)
    # Sold as a pass, it lasts so many hours from the instant of its sale; null: as long as its charges' period.
    pass_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    # The first day on which it is not sold any more; those who have it keep it.
    retired_on = models.DateField(null=True, blank=True)
    # The plan to which those who had it were moved.
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    # How customers find it in their portal: `catalog.domain.offering.Offering`. Empty: they do not.
    offered_as = models.TextField(choices=[("plan", "plan"), ("extra", "extra")], blank=True, default="")
    offered_when = models.TextField(
        choices=[("now", "now"), ("period_end", "period_end")], blank=True, default="now"
    )
    offered_most = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(code=""), name="catalog_plan_has_a_code"),
            models.CheckConstraint(
                condition=models.Q(
                    offered_as__in=["", "plan", "extra"], offered_when__in=["now", "period_end"]
                ),
                name="catalog_plan_offering_known",
            ),
            models.CheckConstraint(
                condition=models.Q(offered_as="") | models.Q(prepaid=False),
                name="catalog_plan_prepaid_is_not_offered",
            ),
            models.CheckConstraint(
                condition=models.Q(pass_hours__isnull=True) | models.Q(pass_hours__gt=0, prepaid=True),
                name="catalog_plan_hours_are_prepaid",
            ),
            models.CheckConstraint(
                condition=models.Q(replaced_by=None) | models.Q(retired_on__isnull=False),
                name="catalog_plan_replaced_is_retired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Charge(models.Model):
    """One thing a plan charges for. `terms` holds the charge's keys of the scenario contract except its model."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="charges")
    code = models.TextField()
    position = models.PositiveSmallIntegerField()
    terms = models.JSONField()

    class Meta:
        ordering = ["plan_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="catalog_charge_code_unique_in_plan"),
            models.UniqueConstraint(
                fields=["plan", "position"], name="catalog_charge_position_unique_in_plan"
            ),
        ]
        triggers = append_only(reason="what was sold keeps its charges and prices; record a new price")

    def __str__(self) -> str:
        return f"{self.plan_id}.{self.code}"


class Price(models.Model):
    """The pricing model of a charge from a date on. The latest recorded row of a date is the one in force.

    With `for_new` it holds only for subscriptions that come to the plan from that date on.
    """

    id = models.BigAutoField(primary_key=True)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="prices")
    # Null is the price from the beginning.
    starts_on = models.DateField(null=True)
    for_new = models.BooleanField(default=False)
    model = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["charge_id", models.F("starts_on").asc(nulls_first=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(for_new=False) | models.Q(starts_on__isnull=False),
                name="catalog_price_for_new_has_a_day",
            )
        ]
        triggers = append_only(reason="what was sold keeps its charges and prices; record a new price")

    def __str__(self) -> str:
        return f"{self.charge_id} from {self.starts_on}"
