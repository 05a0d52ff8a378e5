"""What the sandbox gateway knows, as if it stood elsewhere: nothing of Broadbill's books looks in here."""

from __future__ import annotations

from django.db import models


class SandboxMethod(models.Model):
    """A pretended method; `card` is the test card chosen on the sandbox's page, None until one was."""

    reference = models.TextField(primary_key=True)
    customer = models.TextField()
    return_url = models.TextField()
    card = models.TextField(null=True)
    forgotten = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.reference


class SandboxCharge(models.Model):
    """A pretended charge. The key is its own: a second one with it cannot be."""

    reference = models.TextField(primary_key=True)
    key = models.TextField(unique=True)
    method = models.TextField(blank=True, default="")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    outcome = models.TextField()
    decline = models.TextField(blank=True, default="")
    return_url = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reference


class SandboxRefund(models.Model):
    reference = models.TextField(primary_key=True)
    key = models.TextField(unique=True)
    charge = models.ForeignKey(SandboxCharge, models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reference


class SandboxDispute(models.Model):
    reference = models.TextField(primary_key=True)
    charge = models.ForeignKey(SandboxCharge, models.PROTECT, related_name="disputes")
    amount = models.BigIntegerField()
    state = models.TextField()
    made_at = models.DateTimeField()
    # When it was won.
    won_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.reference


class SandboxPayout(models.Model):
    """What the sandbox pretended to pay to the bank."""

    reference = models.TextField(primary_key=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reference
