from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models


class Category(models.Model):
    """What a charge is to the taxman, e.g. `standard` or `telecom`."""

    code = models.TextField(primary_key=True)
    name = models.TextField()

    def __str__(self) -> str:
        return self.name


class Rate(models.Model):
    """A tax of a category, over a half-open range of dates, in a region (empty: everywhere)."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    category = models.ForeignKey(Category, models.PROTECT, related_name="rates")
    region = models.TextField(blank=True, default="")
    percent = models.DecimalField(max_digits=9, decimal_places=5)
    inclusive = models.BooleanField(default=False)
    fixed_per_line = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    # Names of the taxes this one is charged on top of.
    on_taxes = ArrayField(models.TextField(), default=list, blank=True)
    tax_point = models.TextField(blank=True, default="")
    valid = DateRangeField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            ExclusionConstraint(
                name="tax_rate_one_in_force",
                expressions=[
                    ("name", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=models.Q(percent__gte=0), name="tax_rate_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(tax_point__in=["", "document", "period_start"]),
                name="tax_rate_tax_point_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.percent} %"
