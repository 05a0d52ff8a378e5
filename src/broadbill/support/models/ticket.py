from __future__ import annotations

from django.conf import settings
from django.db import models

from broadbill.kernel.protections import append_only
from broadbill.support.domain.topics import State, Topic


class Ticket(models.Model):
    """One matter of one account, with its thread of messages."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="tickets")
    topic = models.TextField(choices=[(one.value, one.value) for one in Topic])
    subject = models.TextField()
    state = models.TextField(choices=[(one.value, one.value) for one in State], default=State.OPEN.value)
    # Who of the staff takes care of it.
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # The number of the bill it is about.
    document = models.TextField(blank=True, default="")
    # Details of the account that the customer asks to have changed, until somebody agrees to it.
    wanted = models.JSONField(null=True)
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    messages_written = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "waiting", "solved"]), name="support_ticket_state_known"
            ),
            models.CheckConstraint(condition=~models.Q(subject=""), name="support_ticket_has_a_subject"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="support_ticket_of_account"),
            # The office's list: what is its turn, longest waiting first.
            models.Index(fields=["state", "moved_at", "id"], name="support_ticket_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.subject}"


class TicketMessage(models.Model):
    """One message of a thread. Append-only; numbered under the lock of the ticket."""

    pk = models.CompositePrimaryKey("ticket_id", "number")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages", db_index=False)
    number = models.IntegerField()
    by_customer = models.BooleanField()
    # How events name who wrote it.
    author = models.TextField()
    body = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(body=""), name="support_ticketmessage_says_something")
        ]
        triggers = append_only(reason="what was written stays; write another message")

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.number}"
