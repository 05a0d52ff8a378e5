"""Putting messages into the outbox, in the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parseaddr
from itertools import islice
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from broadbill.messaging.domain.addresses import envelope_address
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.domain.states import MessageState
from broadbill.messaging.operations.wake import wake_sender

ROWS_PER_STATEMENT = 500
NOT_AN_ADDRESS = "{address!r} is not an e-mail address. Correct the contact and retry."
NO_ADDRESS = "There is no e-mail address. Add one to the contact and retry."


def enqueue(*, draft: Draft, now: datetime) -> int | None:
    """Put one message into the outbox and return its id; None when this person has it already.

    An address that cannot be used makes a failed message that staff see, never an error: nobody's bill waits
    for it.
    """
    ids = list(inserted([draft], now))
    return ids[0] if ids else None


def enqueue_many(*, drafts: Iterable[Draft], now: datetime) -> int:
    """Put many messages into the outbox and return how many were new. Takes any number in flat memory."""
    return sum(1 for _ in inserted(drafts, now))


def inserted(drafts: Iterable[Draft], now: datetime) -> Iterator[int]:
    remaining = iter(drafts)
    while batch := list(islice(remaining, ROWS_PER_STATEMENT)):
        with transaction.atomic():
            yield from insert(batch, now)
    transaction.on_commit(wake_sender, robust=True)  # should it fail, the minute's own run finds the messages


def insert(batch: list[Draft], now: datetime) -> list[int]:
    """One statement, rows in the order of their keys, so that two inserters never wait in a circle."""
    rows = [row_of(draft, now) for draft in sorted(batch, key=lambda draft: draft.dedupe_key)]
    columns = ", ".join(rows[0])
    one_row = f"({', '.join(['%s'] * len(rows[0]))})"
    statement = (
        f"INSERT INTO message ({columns}) VALUES {', '.join([one_row] * len(rows))} "
        "ON CONFLICT (dedupe_key) DO NOTHING RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row.values()])
        return [number for (number,) in cursor.fetchall()]


def row_of(draft: Draft, now: datetime) -> dict[str, Any]:
    """Every column that has no default in the database, with its value."""
    address = envelope_address(draft.recipient)
    problem = ""
    if address is None:
        problem = NOT_AN_ADDRESS.format(address=draft.recipient) if draft.recipient.strip() else NO_ADDRESS
    return {
        "kind": draft.kind,
        "object_type": draft.object_type,
        "object_id": draft.object_id,
        "account_id": draft.account_id,
        "dedupe_key": draft.dedupe_key,
        "message_id": new_message_id(),
        "recipient": address or draft.recipient.strip(),
        "language": draft.language,
        "subject": " ".join(draft.subject.split()),  # a header is one line
        "body_text": draft.text,
        "body_html": draft.html,
        "attachments": Jsonb([reference.as_json() for reference in draft.attachments]),
        "state": MessageState.FAILED if problem else MessageState.QUEUED,
        "attempts": 0,
        "attempts_before_retry": 0,
        "next_attempt_at": None if problem else now,
        "last_error": problem,
        "server_answer": "",
        "created_at": now,
        "ended_at": now if problem else None,
    }


def new_message_id() -> str:
    """A Message-ID of our own (RFC 5322 §3.6.4), without brackets, kept for every attempt."""
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"{uuid4().hex}@{sender.rpartition('@')[2] or 'localhost'}"
