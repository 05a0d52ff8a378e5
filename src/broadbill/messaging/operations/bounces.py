"""What mail servers say after they had taken a message."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.messaging.domain.dsn import delivery_statuses
from broadbill.messaging.domain.states import MessageState
from broadbill.messaging.models import Message
from broadbill.messaging.operations.send import ACTOR, tell_of

MAY_HAVE_LEFT = (MessageState.SENT, MessageState.SENDING, MessageState.FAILED)


def record_bounce(*, message_id: str, reason: str, now: datetime, actor: str = ACTOR) -> bool:
    """Mark the message with that Message-ID as bounced. False if it is none of ours or never left."""
    with transaction.atomic():
        left = Message.objects.filter(message_id=message_id.strip("<> "), state__in=MAY_HAVE_LEFT)
        message = left.select_for_update().first()
        if message is None:
            return False
        message.state = MessageState.BOUNCED
        message.last_error = reason
        message.ended_at = now
        message.save(update_fields=["state", "last_error", "ended_at"])
        tell_of(message, now=now, actor=actor)
    return True


def receive_notification(*, notification: bytes, now: datetime) -> int:
    """Record the bounces of a delivery status notification and return how many messages they were about.

    Reports of delay or of delivery change nothing: the server is still trying, or has succeeded.
    """
    failures = [status for status in delivery_statuses(notification) if status.is_final_failure]
    return sum(record_bounce(message_id=each.message_id, reason=each.reason, now=now) for each in failures)
