from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from broadbill.network.models.address import Held


class MeteredLine(models.Model):
    """That an interface is a subscription's line, from an instant on and, once it is not, up to another. Kept for good.

    An interface is one subscription's at a time, and a meter of a subscription has one interface: two would give it two
    samples of each five minutes.
    """

    id = models.BigAutoField(primary_key=True)
    interface = models.ForeignKey("network.Interface", models.PROTECT, related_name="lines")
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, related_name="+")
    meter = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="network_meteredline_ends_no_earlier",
            ),
            models.CheckConstraint(condition=~Q(meter=""), name="network_meteredline_has_a_meter"),
            ExclusionConstraint(
                name="network_meteredline_of_one_subscription",
                expressions=[
                    ("interface", RangeOperators.EQUAL),
                    (Held("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="network_meteredline_one_of_a_meter",
                expressions=[
                    ("subscription", RangeOperators.EQUAL),
                    ("meter", RangeOperators.EQUAL),
                    (Held("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.interface_id} is {self.subscription_id}'s {self.meter} from {self.starts_at}"
