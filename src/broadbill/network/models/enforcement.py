from __future__ import annotations

from django.db import models
from django.db.models import Q


class Enforcement(models.Model):
    """That the sessions of a subscription must be told what has changed. One waits at most; failed ones are a worklist.

    `version` counts changes while it waits, so that an outcome is only recorded of the change that was carried out.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    subscription = models.ForeignKey("contracts.Subscription", models.PROTECT, related_name="+")
    cause = models.TextField()
    state = models.TextField(choices=State, default=State.WAITING)
    version = models.IntegerField(default=1)
    wanted_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    # Looks at which no session was open, and orders that were not answered.
    looks = models.IntegerField(default=0)
    tries = models.IntegerField(default=0)
    outcome = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"], condition=Q(state="waiting"), name="network_enforcement_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") ^ Q(ended_at__isnull=False), name="network_enforcement_ends_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="waiting"), name="network_enforcement_due"
            ),
            models.Index(fields=["ended_at"], condition=Q(state="failed"), name="network_enforcement_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.state}"
