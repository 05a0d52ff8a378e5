"""Messages on their way out, and every attempt to deliver them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from broadbill.messaging.domain.states import MessageState, Outcome


class Message(models.Model):
    """One message to one recipient. `account_id` is a plain number: accounts live on a higher floor.

    `message_id` (without brackets) is the Message-ID of every attempt, so a mailbox and a bounce can tell
    that two are one. `attempts` counts all, `attempts_before_retry` those before a person last asked for
    another try, which gives it the whole schedule again. `attachments` is a list of {"provider",
    "reference"}. `next_attempt_at` is set while queued and only then.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    account_id = models.BigIntegerField(null=True)
    dedupe_key = models.TextField()
    message_id = models.TextField()
    recipient = models.TextField()
    language = models.TextField()
    subject = models.TextField()
    body_text = models.TextField()
    body_html = models.TextField(default="")
    attachments = models.JSONField(default=list)
    state = models.TextField(choices=[(state.value, state.value) for state in MessageState])
    attempts = models.IntegerField(default=0)
    attempts_before_retry = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    server_answer = models.TextField(default="")
    created_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message"
        constraints = [
            models.UniqueConstraint("dedupe_key", name="message_never_twice"),
            models.UniqueConstraint("message_id", name="message_id_unique"),
            models.CheckConstraint(
                name="message_state_known",
                condition=models.Q(state__in=[state.value for state in MessageState]),
            ),
            models.CheckConstraint(
                name="message_queued_has_its_time",
                condition=models.Q(state=MessageState.QUEUED, next_attempt_at__isnull=False)
                | ~models.Q(state=MessageState.QUEUED) & models.Q(next_attempt_at__isnull=True),
            ),
            models.CheckConstraint(
                name="message_sent_has_its_time",
                condition=~models.Q(state=MessageState.SENT) | models.Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                "next_attempt_at", "id", name="message_due", condition=models.Q(state=MessageState.QUEUED)
            ),
            models.Index(
                "sending_at", name="message_in_flight", condition=models.Q(state=MessageState.SENDING)
            ),
            models.Index("state", models.F("id").desc(), name="message_by_state"),
            models.Index(
                "account_id",
                models.F("id").desc(),
                name="message_of_account",
                condition=models.Q(account_id__isnull=False),
            ),
            GinIndex(
                OpClass(Upper("recipient"), name="gin_trgm_ops"),
                OpClass(Upper("subject"), name="gin_trgm_ops"),
                name="message_search",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient} ({self.state})"


class MessageAttempt(models.Model):
    """One attempt to deliver: written before the server is called, its outcome after. No outcome: cut off."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    number = models.IntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    outcome = models.TextField(null=True, choices=[(outcome.value, outcome.value) for outcome in Outcome])
    answer = models.TextField(default="")

    class Meta:
        db_table = "message_attempt"
        constraints = [
            models.UniqueConstraint("message", "number", name="message_attempt_number"),
            models.CheckConstraint(
                name="message_attempt_outcome_known",
                condition=models.Q(outcome__isnull=True)
                | models.Q(outcome__in=[each.value for each in Outcome]),
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of message {self.message_id}"
