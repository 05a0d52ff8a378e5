from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Rulebook(models.Model):
    """The plans, taxes and policy a run went by, exactly as the rating core read them. Kept for ever.

    Equal content is stored once. A document is checked against the rulebook of its run, so a later change
    of the catalog cannot change what was right at the time.
    """

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField(unique=True)
    content = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="what a run went by is kept for ever")

    def __str__(self) -> str:
        return f"rulebook {self.pk}"
