from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q

from broadbill.kernel.fields import NumericField


class Source(models.Model):
    """A switch, collector or partner that files of usage come from, with the map of their columns."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    map = models.JSONField()
    # Counters that began before this are counted from their first reading, others from nothing.
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class TakenFile(models.Model):
    """A file that was taken in; the same one counts once. `source` is null for files in our own columns."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="files")
    digest = models.TextField()
    name = models.TextField()
    stored = models.IntegerField(default=0)
    repeated = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    aside = models.IntegerField(default=0)
    taken_at = models.DateTimeField()
    taken_by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "digest"], name="usage_takenfile_counts_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Aside(models.Model):
    """A record of a file whose owner was not known. It counts once somebody is found who had the name then.

    `told` is the record in the scenario contract's shape without its subscription; `record` its id.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="aside")
    record = models.TextField()
    file = models.TextField()
    line = models.IntegerField()
    by = models.TextField()
    name = ArrayField(models.TextField())
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    told = models.JSONField()
    recorded_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "record"], name="usage_aside_is_kept_once")]
        indexes = [
            models.Index(
                fields=["by", "name"], condition=Q(settled_at__isnull=True), name="usage_aside_waits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.record} of {self.name}"


class Line(models.Model):
    """By what name a switch knows a subscription: a phone number, an account code; from one instant to another."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")),
                name="usage_line_ends_later",
            ),
            ExclusionConstraint(
                name="usage_line_has_one_owner",
                expressions=[
                    ("name", RangeOperators.EQUAL),
                    (
                        Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """What a counter of a source showed at an instant, and how much of what it says was recorded for it.

    A reading counts what came since the one before it. When one comes late, between two others, the later of them is
    counted anew: what it was given too much is taken back.
    """

    pk = models.CompositePrimaryKey("source_id", "key", "at")
    source = models.ForeignKey(Source, models.PROTECT, related_name="readings", db_index=False)
    key = models.TextField()
    at = models.DateTimeField()
    active_seconds = models.BigIntegerField(null=True)
    amount = NumericField()
    counted = NumericField()
    # From when on what was counted for it had come.
    counted_from = models.DateTimeField()
    by = models.TextField()
    name = ArrayField(models.TextField())
    meter = models.TextField()
    per = NumericField()

    def __str__(self) -> str:
        return f"{self.key} {self.at}"
