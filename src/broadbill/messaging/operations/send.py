"""Sending what is due, each message at most once.

The intent (state `sending`, an attempt without outcome) is committed before the server is called, and the
outcome after. A process that dies in between leaves the message `sending`: it may have arrived, so it is
never sent again by itself. It becomes failed with that reason, and a person decides.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction

from broadbill.core.errors import DomainError
from broadbill.kernel.operations.events import record_event
from broadbill.messaging.adapters.postbox import (
    AddressRefused,
    DeferredByServer,
    DeliveryFailure,
    DeliveryUnknown,
    Postbox,
    ServerUnavailable,
)
from broadbill.messaging.domain.drafts import AttachmentReference
from broadbill.messaging.domain.states import INTERRUPTED_AFTER, MessageState, Outcome, wait_after
from broadbill.messaging.models import Message, MessageAttempt
from broadbill.messaging.operations.attachments import fetch
from broadbill.messaging.operations.compose import composed

ACTOR = "system:messaging"
UNKNOWN = "It is unknown whether this message was delivered: {reason}. Ask the recipient before you retry."
CUT_OFF = "the sender stopped in the middle"

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingResult:
    """What one pass did. `failed` are refusals and unknown ends, `interrupted` what a dead sender left."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    interrupted: int = 0


def send_due(*, postbox: Postbox, clock: Clock, limit: int = 1000) -> SendingResult:
    """Send what is due, oldest first, and settle what a dead sender left behind.

    Any number of senders may do this at once: each message is taken by one of them. A server that cannot be
    reached ends the pass, so that an outage does not use up the attempts of every message.
    """
    interrupted = settle_interrupted(now=clock())
    ended: Counter[str] = Counter()
    with postbox:
        while ended.total() < limit and (message := take_one(now=clock())) is not None:
            result = attempt(message, postbox, clock)
            ended[record_outcome(message, result, now=clock())] += 1
            if isinstance(result, ServerUnavailable):
                log.warning("the mail server is not available: %s", result)
                break
    sent, deferred = ended[MessageState.SENT], ended[MessageState.QUEUED]
    return SendingResult(
        sent=sent, deferred=deferred, failed=ended.total() - sent - deferred, interrupted=interrupted
    )


def take_one(*, now: datetime) -> Message | None:
    """Commit the intent to send one message, and return it; None when nothing is due."""
    with transaction.atomic():
        due = Message.objects.filter(state=MessageState.QUEUED, next_attempt_at__lte=now)
        message = due.select_for_update(skip_locked=True).order_by("next_attempt_at", "id").first()
        if message is None:
            return None
        message.state = MessageState.SENDING
        message.attempts += 1
        message.sending_at = now
        message.next_attempt_at = None
        message.save(update_fields=["state", "attempts", "sending_at", "next_attempt_at"])
        MessageAttempt(message=message, number=message.attempts, starts_at=now).save(force_insert=True)
        return message


def attempt(message: Message, postbox: Postbox, clock: Clock) -> str | DeliveryFailure:
    """The server's answer, or how it failed. Runs outside any transaction."""
    try:
        files = [fetch(AttachmentReference(**reference)) for reference in message.attachments]
        email = composed(message=message, sender=settings.DEFAULT_FROM_EMAIL, attachments=files, now=clock())
    except DomainError as refusal:
        return DeferredByServer(str(refusal))
    except Exception as error:  # one message's trouble must not hold up the others: a job boundary
        log.exception("message %s cannot be composed", message.id)
        return DeferredByServer(f"It cannot be composed: {error!r}")
    try:
        return postbox.deliver(
            message=email, sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1], recipient=message.recipient
        )
    except DeliveryFailure as failure:
        return failure


def record_outcome(message: Message, result: str | DeliveryFailure, *, now: datetime) -> str:
    """Write down how the attempt ended and return the state the message is in now.

    What was decided about the message meanwhile (a bounce that came in, a retry by a person) stands.
    """
    outcome = outcome_of(result)
    with transaction.atomic():
        MessageAttempt.objects.filter(message=message, number=message.attempts).update(
            ends_at=now, outcome=outcome, answer=str(result)
        )
        current = Message.objects.select_for_update().get(pk=message.pk)
        # Failed: taken for dead by another sender while this one was only slow.
        is_open = current.state in (MessageState.SENDING, MessageState.FAILED)
        if not is_open or current.attempts != message.attempts:
            log.warning("message %s was changed while it was being sent; outcome %s", message.pk, outcome)
        else:
            conclude(current, outcome, str(result), now)
    return current.state


def outcome_of(result: str | DeliveryFailure) -> Outcome:
    match result:
        case str():
            return Outcome.DELIVERED
        case ServerUnavailable() | DeferredByServer():
            return Outcome.DEFERRED
        case AddressRefused():
            return Outcome.ADDRESS_REFUSED
        case DeliveryUnknown():
            return Outcome.UNKNOWN
        case _:
            return Outcome.REFUSED


def conclude(message: Message, outcome: Outcome, answer: str, now: datetime) -> None:
    """Move the locked message to where the outcome leads, and tell the spine if that is an end."""
    wait = wait_after(message.attempts - message.attempts_before_retry)
    message.next_attempt_at = None
    message.last_error = answer
    message.ended_at = now
    match outcome:
        case Outcome.DELIVERED:
            message.state = MessageState.SENT
            message.sent_at = now
            message.server_answer = answer
            message.last_error = ""
        case Outcome.DEFERRED if wait is not None:
            message.state = MessageState.QUEUED
            message.next_attempt_at = now + wait
            message.ended_at = None
        case Outcome.ADDRESS_REFUSED:
            message.state = MessageState.BOUNCED
        case Outcome.UNKNOWN:
            message.state = MessageState.FAILED
            message.last_error = UNKNOWN.format(reason=answer)
        case Outcome.DEFERRED | Outcome.REFUSED:
            message.state = MessageState.FAILED
    message.save(
        update_fields=["state", "next_attempt_at", "last_error", "server_answer", "sent_at", "ended_at"]
    )
    if message.ended_at is not None:
        tell_of(message, now=now)


def settle_interrupted(*, now: datetime) -> int:
    """Fail what was being sent when its sender died, and return how many there were.

    They may have arrived; sending them again could tell a person twice.
    """
    with transaction.atomic():
        stuck = Message.objects.filter(state=MessageState.SENDING, sending_at__lt=now - INTERRUPTED_AFTER)
        messages = list(stuck.select_for_update(skip_locked=True).order_by("id"))
        for message in messages:
            MessageAttempt.objects.filter(message=message, number=message.attempts).update(
                ends_at=now, outcome=Outcome.UNKNOWN, answer=CUT_OFF
            )
            conclude(message, Outcome.UNKNOWN, CUT_OFF, now)
    return len(messages)


def tell_of(message: Message, *, now: datetime, actor: str = ACTOR) -> None:
    """Record on the spine what became of the message: `message.sent`, `message.failed`, and so on."""
    record_event(
        actor=actor,
        verb=f"message.{message.state}",
        object_type="message",
        object_id=message.id,
        occurred_at=now,
        account_id=message.account_id,
        data={
            "kind": message.kind,
            "recipient": message.recipient,
            "subject": message.subject,
            "about": {"type": message.object_type, "id": message.object_id},
            **({"error": message.last_error} if message.last_error else {}),
        },
    )
