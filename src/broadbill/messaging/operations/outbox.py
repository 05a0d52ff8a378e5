"""What staff decide about a message: another try, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.core.errors import DomainError
from broadbill.messaging.domain.addresses import envelope_address
from broadbill.messaging.domain.drafts import dedupe_key
from broadbill.messaging.domain.states import MessageState
from broadbill.messaging.models import Message
from broadbill.messaging.operations.send import tell_of
from broadbill.messaging.operations.wake import wake_sender

RETRIABLE = (MessageState.FAILED, MessageState.BOUNCED, MessageState.CANCELLED)


@dataclass(kw_only=True, eq=False)
class MessageNotFound(DomainError):
    """No message has that number."""

    code = "messaging.message_not_found"
    message = "There is no message {number}."
    number: int


@dataclass(kw_only=True, eq=False)
class MessageNotRetriable(DomainError):
    """Another try was asked for a message that is on its way or has arrived."""

    code = "messaging.message_not_retriable"
    message = "Message {number} is {state}. Only a failed, bounced or cancelled message can be sent again."
    number: int
    state: str


@dataclass(kw_only=True, eq=False)
class MessageNotCancellable(DomainError):
    """Cancelling was asked for a message that does not wait."""

    code = "messaging.message_not_cancellable"
    message = "Message {number} is {state}. Only a queued message can be cancelled."
    number: int
    state: str


@dataclass(kw_only=True, eq=False)
class AddressNotUsable(DomainError):
    """What was given as an e-mail address is none."""

    code = "messaging.address_not_usable"
    message = "{address!r} is not an e-mail address. Write it like name@example.org."
    address: str


@dataclass(kw_only=True, eq=False)
class RecipientHasItAlready(DomainError):
    """Another message of the kind about the same thing went to that address."""

    code = "messaging.recipient_has_it_already"
    message = "{address} has a message of its own about this. Nobody is told the same twice."
    address: str


def retry(*, message_id: int, actor: str, now: datetime, recipient: str | None = None) -> None:
    """Queue the message again with its whole schedule, to another address if one is given.

    Raises: MessageNotFound, MessageNotRetriable, AddressNotUsable, RecipientHasItAlready.
    """
    with transaction.atomic():
        message = locked(message_id)
        if message.state not in RETRIABLE:
            raise MessageNotRetriable(number=message.id, state=message.state)
        address = envelope_address(recipient or message.recipient)
        if address is None:
            raise AddressNotUsable(address=recipient or message.recipient)
        key = dedupe_key(message.kind, message.object_type, message.object_id, address)
        if Message.objects.filter(dedupe_key=key).exclude(pk=message.pk).exists():
            raise RecipientHasItAlready(address=address)
        message.recipient, message.dedupe_key = address, key
        message.state = MessageState.QUEUED
        message.next_attempt_at = now
        message.attempts_before_retry = message.attempts
        message.ended_at = None
        message.last_error = ""
        message.save()
        tell_of(message, now=now, actor=actor)
        transaction.on_commit(wake_sender, robust=True)


def cancel(*, message_id: int, actor: str, now: datetime) -> None:
    """Never send a message that waits. Raises: MessageNotFound, MessageNotCancellable."""
    with transaction.atomic():
        message = locked(message_id)
        if message.state != MessageState.QUEUED:
            raise MessageNotCancellable(number=message.id, state=message.state)
        message.state = MessageState.CANCELLED
        message.next_attempt_at = None
        message.ended_at = now
        message.save(update_fields=["state", "next_attempt_at", "ended_at"])
        tell_of(message, now=now, actor=actor)


def locked(message_id: int) -> Message:
    """The message, its row locked until the transaction ends. Raises: MessageNotFound."""
    try:
        return Message.objects.select_for_update().get(pk=message_id)
    except Message.DoesNotExist:
        raise MessageNotFound(number=message_id) from None
