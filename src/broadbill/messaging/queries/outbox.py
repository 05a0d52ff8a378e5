"""The outbox as staff see it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from broadbill.messaging.domain.states import MessageState
from broadbill.messaging.models import Message, MessageAttempt

COUNT_AT_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One message in a list."""

    id: int
    kind: str
    object_type: str
    object_id: str
    account_id: int | None
    recipient: str
    subject: str
    state: MessageState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    last_error: str

    @property
    def is_retriable(self) -> bool:
        return self.state in (MessageState.FAILED, MessageState.BOUNCED, MessageState.CANCELLED)

    @property
    def is_cancellable(self) -> bool:
        return self.state is MessageState.QUEUED


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxPage:
    """Rows, newest first, and the id to give as `before_id` for the next page; None on the last."""

    rows: tuple[OutboxRow, ...]
    next_key: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One attempt to deliver; without an outcome it is under way or was cut off."""

    number: int
    starts_at: datetime
    ends_at: datetime | None
    outcome: str | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetail:
    """One message with all it said and every attempt."""

    row: OutboxRow
    message_id: str
    language: str
    text: str
    html: str
    attachments: tuple[tuple[str, str], ...]
    server_answer: str
    deliveries: tuple[AttemptRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """How many messages are in a state; `more` when counting stopped at COUNT_AT_MOST."""

    state: MessageState
    count: int
    more: bool


def outbox_page(
    *,
    state: MessageState | None = None,
    account_id: int | None = None,
    search: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> OutboxPage:
    """One page, whatever the size of the outbox. `search` finds parts of recipients and subjects."""
    found = Message.objects.order_by("-id")
    if state is not None:
        found = found.filter(state=state)
    if account_id is not None:
        found = found.filter(account_id=account_id)
    for word in search.split():
        found = found.filter(Q(recipient__icontains=word) | Q(subject__icontains=word))
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    messages = list(found.defer("body_text", "body_html", "attachments")[: limit + 1])
    rows = tuple(row(message) for message in messages[:limit])
    return OutboxPage(rows=rows, next_key=rows[-1].id if len(messages) > limit else None)


def counts_by_state() -> tuple[StateCount, ...]:
    """Each state with its count, in the order of a message's life; one quick query a state."""
    counts = {
        state: Message.objects.filter(state=state)[: COUNT_AT_MOST + 1].count() for state in MessageState
    }
    return tuple(
        StateCount(state=state, count=min(count, COUNT_AT_MOST), more=count > COUNT_AT_MOST)
        for state, count in counts.items()
    )


def message_detail(number: int) -> MessageDetail | None:
    """The message with that id, or None."""
    message = Message.objects.filter(pk=number).first()
    if message is None:
        return None
    attempts = MessageAttempt.objects.filter(message=message).order_by("number")
    return MessageDetail(
        row=row(message),
        message_id=message.message_id,
        language=message.language,
        text=message.body_text,
        html=message.body_html,
        attachments=tuple((each["provider"], each["reference"]) for each in message.attachments),
        server_answer=message.server_answer,
        deliveries=tuple(
            AttemptRow(
                number=each.number,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                outcome=each.outcome,
                answer=each.answer,
            )
            for each in attempts
        ),
    )


def row(message: Message) -> OutboxRow:
    return OutboxRow(
        id=message.id,
        kind=message.kind,
        object_type=message.object_type,
        object_id=message.object_id,
        account_id=message.account_id,
        recipient=message.recipient,
        subject=message.subject,
        state=MessageState(message.state),
        attempts=message.attempts,
        created_at=message.created_at,
        next_attempt_at=message.next_attempt_at,
        sent_at=message.sent_at,
        last_error=message.last_error,
    )
