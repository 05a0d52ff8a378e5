from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class BillRun(models.Model):
    """One asking of "what is owed and not yet billed?", cut into chunks that are posted one by one."""

    class State(models.TextChoices):
        RUNNING = "running"
        FINISHED = "finished"
        # Left unfinished and replaced by a later run, which bills all that this one left.
        ABANDONED = "abandoned"

    class Scope(models.TextChoices):
        # Every account, or the one in `only_account`.
        ALL = "all"
        # Accounts with a prepaid plan in service.
        PREPAID = "prepaid"
        # Some accounts that something happened to, in its transaction.
        CHOSEN = "chosen"

    id = models.BigAutoField(primary_key=True)
    through = models.DateField()
    scope = models.TextField(choices=Scope, default=Scope.ALL)
    # The zones of the accounts that were asked for; null: of all.
    timezones = ArrayField(models.TextField(), null=True)
    # The date of its documents where it is not `through`: corrections of what fell due up to then.
    issued_on = models.DateField(null=True, blank=True)
    only_account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    # Accounts that were due and that a person left out, ascending.
    left_out = ArrayField(models.BigIntegerField(), default=list)
    rulebook = models.ForeignKey("billing.Rulebook", models.PROTECT, related_name="runs")
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.RUNNING)
    accounts_due = models.IntegerField(default=0)
    started_by = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # domain.tally.Tally of its documents when it was finished.
    tally = models.JSONField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"run {self.pk} through {self.through}"


class Chunk(models.Model):
    """Some due accounts, billed in one transaction: at most so many, and at most so much usage, unless one has more.

    Chunks are taken in order, so numbers never depend on luck.
    """

    pk = models.CompositePrimaryKey("run_id", "number")
    run = models.ForeignKey(BillRun, models.PROTECT, related_name="chunks", db_index=False)
    number = models.IntegerField()
    # The ids of its first and last account; the accounts between them that are due belong to it.
    first_account_id = models.BigIntegerField()
    last_account_id = models.BigIntegerField()
    accounts = models.IntegerField()
    documents = models.IntegerField(default=0)
    posted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run_id", "number"]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class RunIssue(models.Model):
    """An account a run could not bill, and why: a person is needed."""

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="issues")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    code = models.TextField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "account"], name="billing_runissue_once_an_account")
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.reason}"


class AccountState(models.Model):
    """How far an account is billed: what the next run needs to know without reading its history."""

    account = models.OneToOneField("accounts.Account", models.PROTECT, primary_key=True, related_name="+")
    # The earliest date on which a run could owe something new if nothing changes; null: never.
    next_due_on = models.DateField(null=True)
    billed_through = models.DateField()
    facts_seen = models.IntegerField()
    usage_seen = models.IntegerField()
    rulebook = models.ForeignKey("billing.Rulebook", models.PROTECT, related_name="+", db_index=False)
    # Set when everything up to here is billed and nothing waits: rating may begin here.
    resume_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} due {self.next_due_on}"
