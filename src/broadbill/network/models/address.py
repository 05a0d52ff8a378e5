from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q

from broadbill.kernel.fields import NetworkField


class Held(Func):
    """The time in which an address is held, without its end."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


def _networks() -> OpClass:
    return OpClass("network", name="inet_ops")


class Pool(models.Model):
    """A range of addresses or prefixes that are given out one by one. No two overlap."""

    class Kind(models.TextChoices):
        IPV4 = "ipv4"
        # The prefix of the link between access server and customer (Framed-IPv6-Prefix).
        LINK_PREFIX = "link_prefix"
        # The prefix that the customer's router hands on (Delegated-IPv6-Prefix).
        DELEGATED_PREFIX = "delegated_prefix"

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    kind = models.TextField(choices=Kind)
    network = NetworkField()
    # How long the prefix of one piece is: 32 of IPv4, mostly 64 and 56 of IPv6.
    piece_length = models.PositiveSmallIntegerField()
    # So many from the beginning are never given out: routers, gateways.
    kept_back = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="network_pool_never_overlap", expressions=[(_networks(), RangeOperators.OVERLAPS)]
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Assignment(models.Model):
    """That an access has an address or a prefix, from an instant on and, once taken back, up to another. Kept for good.

    Nothing is held twice at one time, neither as a whole nor in part, and an access has one of each kind.
    """

    id = models.BigAutoField(primary_key=True)
    access = models.ForeignKey("network.Access", models.PROTECT, related_name="assignments")
    # Null where it lies in none.
    pool = models.ForeignKey(Pool, models.PROTECT, null=True, related_name="assignments")
    kind = models.TextField(choices=Pool.Kind)
    network = NetworkField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="network_assignment_ends_no_earlier",
            ),
            ExclusionConstraint(
                name="network_assignment_never_twice",
                expressions=[
                    (_networks(), RangeOperators.OVERLAPS),
                    (Held("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="network_assignment_one_of_a_kind",
                expressions=[
                    ("access", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Held("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} of {self.access_id} from {self.starts_at}"
