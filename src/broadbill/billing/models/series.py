from __future__ import annotations

from django.db import models


class Series(models.Model):
    """A gapless sequence of document numbers, and the hash that chains them. Its row is the lock."""

    key = models.TextField(primary_key=True)
    # The number's form, e.g. `CN-2026-{:06d}`.
    pattern = models.TextField()
    next_sequence = models.IntegerField(default=1)
    chain_hash = models.BinaryField(default=bytes(32))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(next_sequence__gte=1), name="billing_series_counts_from_one"
            )
        ]

    def __str__(self) -> str:
        return self.key
