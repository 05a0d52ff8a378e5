from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class DunningPolicy(models.Model):
    """A version of a policy. Append-only; the latest of a code is in force."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    detail = models.JSONField()
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code", "-id"], name="collections_policy_in_force")]
        triggers = append_only(reason="a change of a policy is a new version")

    def __str__(self) -> str:
        return self.code


class KindPolicy(models.Model):
    """By which policy a kind of customer is chased; `usual` without one. An account's own goes before it."""

    kind = models.TextField(primary_key=True)
    policy = models.TextField()

    def __str__(self) -> str:
        return f"{self.kind} by {self.policy}"


class Standing(models.Model):
    """How an account is chased: by which policy, until when not at all. Accounts without one are chased as usual."""

    account = models.OneToOneField("accounts.Account", models.PROTECT, primary_key=True, related_name="+")
    policy = models.TextField(blank=True, default="")
    exempt_until = models.DateField(null=True)
    exempt_reason = models.TextField(blank=True, default="")
    held_until = models.DateField(null=True)
    held_reason = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"standing of {self.account_id}"


class Episode(models.Model):
    """One time of being overdue, from the first step to the payment. `done` counts its steps."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    policy = models.TextField()
    since = models.DateField()
    done = models.SmallIntegerField(default=0)
    last_on = models.DateField(null=True)
    state = models.TextField(choices=State, default=State.OPEN)
    # Service was stopped by one of its steps, and was not started again.
    stopped = models.BooleanField(default=False)
    # The same of service that was restricted to the walled garden.
    restricted = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state="open"), name="collections_episode_one_open"
            )
        ]
        indexes = [models.Index(fields=["account", "-id"], name="collections_episode_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} since {self.since}"


class StepTaken(models.Model):
    """A step that was taken: once in its episode, whoever asks. Amounts are minor units."""

    pk = models.CompositePrimaryKey("episode_id", "number")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="steps")
    # From zero, in the policy's order. A step taken anew after a payment did not hold has the next number.
    number = models.SmallIntegerField()
    act = models.TextField()
    on = models.DateField()
    overdue = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    taken_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="what was said and done stays")

    def __str__(self) -> str:
        return f"{self.episode_id}/{self.number} {self.act}"


class Promise(models.Model):
    """A customer's word: so much by a day. An instalment plan is several. `amount` is in minor units."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        BROKEN = "broken"
        WITHDRAWN = "withdrawn"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_on = models.DateField()
    due_on = models.DateField()
    state = models.TextField(choices=State, default=State.OPEN)
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, due_on__gte=models.F("made_on")),
                name="collections_promise_is_ahead",
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "due_on"],
                condition=models.Q(state="open"),
                name="collections_promise_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount} by {self.due_on}"
