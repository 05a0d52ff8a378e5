from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Policy(models.Model):
    """The conventions by which what we sell is billed: `policy` of the scenario contract. The latest is in force."""

    id = models.BigAutoField(primary_key=True)
    content = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="documents were made by it; set a new policy")

    def __str__(self) -> str:
        return f"policy {self.pk}"
