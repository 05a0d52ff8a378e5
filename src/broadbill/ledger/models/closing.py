from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Closing(models.Model):
    """The books are closed through a day: nothing is posted on it or before any more. The latest day holds."""

    closed_through = models.DateField(primary_key=True)
    closed_by = models.TextField()
    closed_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="what is closed stays closed; a later fact posts in the open month")

    def __str__(self) -> str:
        return f"closed through {self.closed_through}"
