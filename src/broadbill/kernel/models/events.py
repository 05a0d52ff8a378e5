"""The event spine: who did what to which thing, when, and the seals that prove it was not altered."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Cast, Now

from broadbill.kernel.protections import append_only


class CurrentTransaction(models.Func):
    """The number of the transaction that inserts the row; it never wraps around."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = models.TextField()


class Event(models.Model):
    """One thing that happened, recorded in the transaction that made it happen. Never changed, never removed.

    `account_id` is a plain number and no foreign key: the spine lies below the modules it serves.
    `transaction_id` fills itself, in a bulk COPY too. Numbers (`id`) become visible out of order, transactions end
    for good: so sealing goes by transaction.
    """

    id = models.BigAutoField(primary_key=True)
    occurred_at = models.DateTimeField(db_default=Now())
    actor = models.TextField()
    verb = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    account_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    transaction_id = models.BigIntegerField(
        db_default=Cast(Cast(CurrentTransaction(), models.TextField()), models.BigIntegerField()),
        editable=False,
    )

    class Meta:
        db_table = "event"
        constraints = [
            models.CheckConstraint(name="event_names_its_actor", condition=~models.Q(actor="")),
            models.CheckConstraint(name="event_names_its_verb", condition=~models.Q(verb="")),
        ]
        indexes = [
            models.Index(
                "account_id",
                models.F("id").desc(),
                name="event_of_account",
                condition=models.Q(account_id__isnull=False),
            ),
            # Settings, rates, roles: few among what happens to accounts.
            models.Index(
                "verb",
                models.F("id").desc(),
                name="event_of_no_account",
                condition=models.Q(account_id__isnull=True),
            ),
            # Who did what: people are few among jobs and commands.
            models.Index(
                "actor",
                models.F("id").desc(),
                name="event_of_person",
                condition=models.Q(actor__startswith="user:"),
            ),
            BrinIndex("occurred_at", name="event_by_time", pages_per_range=32, autosummarize=True),
            # Transactions are numbered in the order of the table's pages, so a block range index is all it takes.
            BrinIndex("transaction_id", name="event_by_transaction", pages_per_range=32, autosummarize=True),
        ]
        triggers = append_only(reason="events are a record of what happened; record another event")

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id} by {self.actor}"


class EventSeal(models.Model):
    """A batch of events closed by a hash that also covers the seal before it.

    The batch holds the events of the transactions `[starts_transaction, ends_transaction)`. When the database was
    moved to another server, transactions there are counted anew: a new `era` begins, after one seal that lists
    the stragglers of the old era by `event_ids`.
    """

    id = models.BigAutoField(primary_key=True)
    sealed_at = models.DateTimeField(db_default=Now())
    era = models.IntegerField()
    starts_transaction = models.BigIntegerField()
    ends_transaction = models.BigIntegerField()
    event_ids = models.JSONField(null=True)
    event_count = models.BigIntegerField()
    last_event_id = models.BigIntegerField()
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "event_seal"
        constraints = [
            models.UniqueConstraint("previous_hash", name="event_seal_follows_one"),
            models.UniqueConstraint("hash", name="event_seal_hash"),
        ]
        triggers = append_only(reason="seals prove that events were not altered")

    def __str__(self) -> str:
        return f"seal {self.id} over {self.event_count} events"
