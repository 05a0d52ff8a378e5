from __future__ import annotations

from django.db import models


class LedgerAccount(models.Model):
    """An account of the books (not a customer's): its code orders the chart."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"

    code = models.SmallIntegerField(primary_key=True)
    name = models.TextField(unique=True)
    kind = models.TextField(choices=Kind)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
