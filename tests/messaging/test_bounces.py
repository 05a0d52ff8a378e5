"""Delivery status notifications: what servers say later."""

from __future__ import annotations

import pytest

from broadbill.messaging.domain.dsn import delivery_statuses
from broadbill.messaging.models import Message
from broadbill.messaging.operations.bounces import receive_notification, record_bounce
from broadbill.messaging.operations.enqueue import enqueue
from broadbill.messaging.operations.outbox import retry
from broadbill.messaging.operations.send import send_due
from tests.messaging.conftest import MailServer
from tests.messaging.drafts import NOON, Clock, draft

# As Postfix writes it, shortened.
NOTIFICATION = """\
Date: Thu,  5 Nov 2026 12:00:05 +0000 (UTC)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: billing@localhost
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="E2A.1762344005/mx"

--E2A.1762344005/mx
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--E2A.1762344005/mx
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Thu,  5 Nov 2026 12:00:01 +0000 (UTC)

Final-Recipient: rfc822; amina@example.org
Original-Recipient: rfc822;amina@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <amina@example.org>: Recipient address
    rejected: User unknown

--E2A.1762344005/mx
Content-Description: Undelivered Message Headers
Content-Type: {headers}

Return-Path: <billing@localhost>
From: Broadbill <billing@localhost>
To: amina@example.org
Subject: Ihre Rechnung 2026-004512
Message-ID: <{message_id}>

--E2A.1762344005/mx--
"""


def notification(
    *, message_id: str, action: str = "failed", status: str = "5.1.1", headers: str = "text/rfc822-headers"
) -> bytes:
    return NOTIFICATION.format(message_id=message_id, action=action, status=status, headers=headers).encode()


@pytest.fixture
def sent(db: None, mail_server: MailServer) -> Message:
    enqueue(draft=draft(), now=NOON)
    send_due(postbox=mail_server.postbox(), clock=Clock())
    return Message.objects.get()


class TestDeliveryStatuses:
    @pytest.mark.parametrize("headers", ["text/rfc822-headers", "message/rfc822"])
    def test_reads_who_was_not_reached_and_why(self, headers: str) -> None:
        [status] = delivery_statuses(notification(message_id="abc@localhost", headers=headers))

        assert status.message_id == "abc@localhost"
        assert status.recipient == "amina@example.org"
        assert status.is_final_failure
        assert status.reason == (
            "5.1.1 550 5.1.1 <amina@example.org>: Recipient address rejected: User unknown"
        )

    @pytest.mark.parametrize(
        "other", [b"", b"Subject: Hello\n\nI am away until Monday.", b"\xff\xfe not a message at all"]
    )
    def test_reads_nothing_into_other_mail(self, other: bytes) -> None:
        assert delivery_statuses(other) == ()


class TestReceiveNotification:
    def test_marks_the_message_as_bounced(self, sent: Message) -> None:
        assert receive_notification(notification=notification(message_id=sent.message_id), now=NOON) == 1

        bounced = Message.objects.get()
        assert bounced.state == "bounced"
        assert bounced.last_error.startswith(
            "5.1.1 550 5.1.1 <amina@example.org>: Recipient address rejected"
        )

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
    def test_leaves_the_message_while_the_server_still_tries(self, sent: Message, action: str) -> None:
        report = notification(message_id=sent.message_id, action=action, status="4.4.1")

        assert receive_notification(notification=report, now=NOON) == 0
        assert Message.objects.get().state == "sent"

    def test_ignores_messages_that_are_not_ours(self, sent: Message) -> None:
        assert receive_notification(notification=notification(message_id="else@where"), now=NOON) == 0
        assert Message.objects.get().state == "sent"

    def test_counts_a_bounce_once(self, sent: Message) -> None:
        assert record_bounce(message_id=f"<{sent.message_id}>", reason="5.1.1", now=NOON) is True
        assert record_bounce(message_id=sent.message_id, reason="5.1.1", now=NOON) is False

    def test_lets_a_bounced_message_be_retried(self, sent: Message) -> None:
        record_bounce(message_id=sent.message_id, reason="5.1.1", now=NOON)

        retry(message_id=sent.id, actor="user:1", now=NOON)

        assert Message.objects.get().state == "queued"
