from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from broadbill.kernel.fields import NumericField


class RunDraft(models.Model):
    """A bill run that was worked out and not posted: its totals are kept, and the bills that a person should see."""

    class State(models.TextChoices):
        # Being worked out, or worked out anew.
        DRAFTING = "drafting"
        READY = "ready"
        # To be posted, when another person agrees.
        ASKED = "asked"
        # Being compared with what it said, then posted.
        POSTING = "posting"
        POSTED = "posted"
        DISCARDED = "discarded"

    id = models.BigAutoField(primary_key=True)
    through = models.DateField()
    # Bills of more than this, in the account's currency, are exceptions; null: none for that reason.
    above = NumericField(null=True)
    state = models.TextField(choices=State, default=State.DRAFTING)
    # The worker's job that drafts or posts it.
    job = models.BigIntegerField(null=True)
    accounts_due = models.IntegerField(default=0)
    accounts_done = models.IntegerField(default=0)
    # domain.tally.Tally, without who was left out; null until it is worked out.
    tally = models.JSONField(null=True)
    # What it said before, when posting found that it had moved.
    moved_from = models.JSONField(null=True)
    run = models.OneToOneField("billing.BillRun", models.PROTECT, null=True, related_name="draft")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    drafted_at = models.DateTimeField(null=True)
    posted_by = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["ready", "asked", "posting", "posted"])
                | models.Q(tally__isnull=False),
                name="billing_draft_ready_is_worked_out",
            )
        ]

    def __str__(self) -> str:
        return f"draft {self.pk} through {self.through}"


class DraftException(models.Model):
    """A would-be bill that a person should see: `domain.exceptions.Reason`s, the gravest first.

    Amounts are minor units of `currency`, tax included; `before` is the last bill's. `note` says why an account could
    not be billed.
    """

    draft = models.ForeignKey(RunDraft, models.CASCADE, related_name="exceptions", db_index=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+", db_index=False)
    reasons = ArrayField(models.TextField())
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(null=True)
    before = models.BigIntegerField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "account"], name="billing_draftexception_once")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.account_id} {', '.join(self.reasons)}"


class LeftOut(models.Model):
    """An account that the run of a draft does not bill, and why. It stays due: another run bills it."""

    draft = models.ForeignKey(RunDraft, models.CASCADE, related_name="left_out", db_index=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    left_out_by = models.TextField()
    left_out_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "account"], name="billing_leftout_once")]

    def __str__(self) -> str:
        return f"{self.draft_id}: without {self.account_id}"
