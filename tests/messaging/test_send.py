"""Sending through a real SMTP server: each message once, whatever goes wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from django.db import connection

from broadbill.core.errors import DomainError
from broadbill.kernel.models import Event
from broadbill.messaging.adapters.postbox import ServerUnavailable
from broadbill.messaging.adapters.smtp import SmtpPostbox, dot_stuffed
from broadbill.messaging.domain.drafts import AttachmentReference
from broadbill.messaging.models import Message, MessageAttempt
from broadbill.messaging.operations import attachments
from broadbill.messaging.operations.attachments import Attachment, provide_attachments
from broadbill.messaging.operations.enqueue import enqueue, enqueue_many
from broadbill.messaging.operations.send import SendingResult, send_due, settle_interrupted, take_one
from tests.messaging.conftest import MailServer
from tests.messaging.drafts import NOON, Clock, draft

pytestmark = pytest.mark.django_db

ONE_SENT = SendingResult(sent=1)
ONE_DEFERRED = SendingResult(deferred=1)
ONE_FAILED = SendingResult(failed=1)
NOTHING = SendingResult()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def own_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Providers registered by a test are gone after it."""
    monkeypatch.setattr(attachments, "_providers", {})


def send(mail_server: MailServer, clock: Clock) -> SendingResult:
    return send_due(postbox=mail_server.postbox(), clock=clock)


class TestSendDue:
    def test_delivers_once(self, mail_server: MailServer, clock: Clock) -> None:
        enqueue(draft=draft(), now=NOON)

        assert send(mail_server, clock) == ONE_SENT
        clock.turn(days=30)
        assert send(mail_server, clock) == NOTHING

        message = Message.objects.get()
        assert (message.state, message.sent_at, message.server_answer) == ("sent", NOON, "250 Taken")
        assert mail_server.recipients == ["amina@example.org"]

    def test_says_what_was_queued(self, mail_server: MailServer, clock: Clock, own_providers: None) -> None:
        provide_attachments(
            "document",
            lambda reference: Attachment(
                filename=f"{reference}.pdf", content=b"%PDF-1.7\r\n.\r\nend", media_type="application/pdf"
            ),
        )
        reference = AttachmentReference(provider="document", reference="2026-004512")
        text = "Guten Tag,\n\n.eine Zeile mit Punkt\n.\nund Grüße\n"
        enqueue(draft=draft(text=text, attachments=(reference,)), now=NOON)

        send(mail_server, clock)

        [mail] = mail_server.received
        assert mail["To"] == "amina@example.org"
        assert mail["From"] == "Broadbill <billing@localhost>"
        assert mail["Subject"] == "Ihre Rechnung 2026-004512"
        assert mail["Date"] == "Thu, 05 Nov 2026 12:00:00 +0000"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"] == f"<{Message.objects.get().message_id}>"
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert plain.get_content().replace("\r\n", "\n") == text
        assert html is not None
        assert "<p>Ihre Rechnung über 62,40 €" in html.get_content()
        [pdf] = mail.iter_attachments()
        assert (pdf.get_filename(), pdf.get_content_type()) == ("2026-004512.pdf", "application/pdf")
        assert pdf.get_content() == b"%PDF-1.7\r\n.\r\nend"

    def test_sends_many_over_one_connection(self, mail_server: MailServer, clock: Clock) -> None:
        enqueue_many(
            drafts=[draft(object_id=str(n), recipient=f"c{n}@example.org") for n in range(20)], now=NOON
        )

        assert send(mail_server, clock) == SendingResult(sent=20)
        assert sorted(mail_server.recipients) == sorted(f"c{n}@example.org" for n in range(20))
        assert mail_server.connections == 1

    def test_comes_back_after_greylisting(self, mail_server: MailServer, clock: Clock) -> None:
        answers: Iterator[str | None] = iter(["451 4.7.1 Greylisted, try again", None])
        mail_server.at_recipient = lambda _address: next(answers)
        enqueue(draft=draft(), now=NOON)

        assert send(mail_server, clock) == ONE_DEFERRED
        waiting = Message.objects.get()
        assert (waiting.state, waiting.last_error) == ("queued", "451 4.7.1 Greylisted, try again")
        clock.turn(seconds=59)
        assert send(mail_server, clock) == NOTHING
        clock.turn(seconds=1)
        assert send(mail_server, clock) == ONE_SENT

        message = Message.objects.get()
        assert (message.state, message.attempts, message.last_error) == ("sent", 2, "")
        attempts = MessageAttempt.objects.order_by("number").values_list("outcome", "answer")
        assert list(attempts) == [("deferred", "451 4.7.1 Greylisted, try again"), ("delivered", "250 Taken")]

    def test_gives_up_after_eight_attempts_with_growing_waits(
        self, mail_server: MailServer, clock: Clock
    ) -> None:
        mail_server.at_data = lambda: "452 4.3.1 Mailbox full"
        enqueue(draft=draft(), now=NOON)

        waits = []
        for _ in range(7):
            assert send(mail_server, clock) == ONE_DEFERRED
            due = Message.objects.get().next_attempt_at
            assert due is not None
            waits.append((due - clock.now).total_seconds() / 60)
            clock.now = due
        assert send(mail_server, clock) == ONE_FAILED

        assert waits == [1, 4, 16, 64, 256, 1024, 1440]
        message = Message.objects.get()
        assert (message.state, message.attempts, message.last_error) == (
            "failed",
            8,
            "452 4.3.1 Mailbox full",
        )

    def test_shows_a_refused_address_as_bounced(self, mail_server: MailServer, clock: Clock) -> None:
        mail_server.at_recipient = lambda address: (
            "550 5.1.1 No such user" if address.startswith("amina") else None
        )
        enqueue_many(drafts=[draft(), draft(recipient="bo@example.org")], now=NOON)

        assert send(mail_server, clock) == SendingResult(sent=1, failed=1)

        refused = Message.objects.get(recipient="amina@example.org")
        assert (refused.state, refused.last_error) == ("bounced", "550 5.1.1 No such user")
        assert mail_server.recipients == ["bo@example.org"]

    def test_shows_a_refused_message_as_failed(self, mail_server: MailServer, clock: Clock) -> None:
        mail_server.at_data = lambda: "554 5.7.1 Looks like spam"
        enqueue(draft=draft(), now=NOON)

        assert send(mail_server, clock) == ONE_FAILED
        assert Message.objects.get().last_error == "554 5.7.1 Looks like spam"

    def test_waits_for_a_server_that_is_away_without_trying_every_message(self, clock: Clock) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        enqueue_many(drafts=[draft(object_id=str(n)) for n in range(5)], now=NOON)

        result = send_due(postbox=SmtpPostbox(host="127.0.0.1", port=port, timeout_seconds=2), clock=clock)

        assert result == ONE_DEFERRED
        assert sorted(Message.objects.values_list("attempts", "last_error")) == [
            (0, ""), (0, ""), (0, ""), (0, ""), (1, "Connection refused")
        ]  # fmt: skip
        assert set(Message.objects.values_list("state", flat=True)) == {"queued"}

    def test_never_sends_again_what_may_have_arrived(self, mail_server: MailServer, clock: Clock) -> None:
        mail_server.at_data = lambda: "take and hang up"
        enqueue(draft=draft(), now=NOON)

        assert send(mail_server, clock) == ONE_FAILED
        clock.turn(days=30)
        assert send(mail_server, clock) == NOTHING

        assert mail_server.recipients == ["amina@example.org"]
        message = Message.objects.get()
        assert message.state == "failed"
        assert message.last_error.startswith("It is unknown whether this message was delivered: ")

    def test_calls_the_server_outside_any_transaction(
        self, mail_server: MailServer, clock: Clock, transactional_db: None
    ) -> None:
        seen: list[tuple[bool, str]] = []

        class Watching(SmtpPostbox):
            def deliver(self, **arguments: object) -> str:
                seen.append((connection.in_atomic_block, Message.objects.get().state))
                return "250 OK"

        enqueue(draft=draft(), now=NOON)

        send_due(postbox=Watching(host="127.0.0.1", port=mail_server.port), clock=clock)

        assert seen == [(False, "sending")]

    def test_tries_again_when_an_attachment_cannot_be_made(
        self, mail_server: MailServer, clock: Clock, own_providers: None
    ) -> None:
        class DiskFull(DomainError):
            message = "The disk is full."

        def refuse(_reference: str) -> Attachment:
            raise DiskFull

        provide_attachments("document", refuse)
        broken = AttachmentReference(provider="document", reference="1")
        unknown = AttachmentReference(provider="nobody", reference="1")
        enqueue_many(
            drafts=[
                draft(object_id="1", attachments=(broken,)),
                draft(object_id="2", attachments=(unknown,)),
                draft(object_id="3"),
            ],
            now=NOON,
        )

        assert send(mail_server, clock) == SendingResult(sent=1, deferred=2)
        errors = Message.objects.order_by("object_id").values_list("state", "last_error")
        assert list(errors) == [
            ("queued", "The disk is full."),
            ("queued", "It cannot be composed: KeyError('nobody')"),
            ("sent", ""),
        ]

    def test_tells_the_spine_what_became_of_each(self, mail_server: MailServer, clock: Clock) -> None:
        mail_server.at_recipient = lambda address: "550 No" if address.startswith("amina") else None
        enqueue_many(drafts=[draft(), draft(recipient="bo@example.org", account_id=None)], now=NOON)

        send(mail_server, clock)

        events = Event.objects.order_by("data__recipient").values_list("verb", "account_id", "actor")
        assert list(events) == [
            ("message.bounced", 17, "system:messaging"),
            ("message.sent", None, "system:messaging"),
        ]


class TestInterruptedSending:
    def test_does_not_send_twice_after_a_crash_between_intent_and_outcome(
        self, mail_server: MailServer, clock: Clock
    ) -> None:
        enqueue(draft=draft(), now=NOON)
        taken = take_one(now=clock())
        assert taken is not None
        mail_server.postbox().deliver(
            message=mail_of("amina@example.org"), sender="b@localhost", recipient="a@b.c"
        )
        # Here the process dies: nothing is recorded.

        clock.turn(minutes=14)
        assert send(mail_server, clock) == NOTHING
        clock.turn(minutes=2)
        assert send(mail_server, clock) == SendingResult(interrupted=1)
        clock.turn(days=30)
        assert send(mail_server, clock) == NOTHING

        message = Message.objects.get()
        assert message.state == "failed"
        assert message.last_error == (
            "It is unknown whether this message was delivered: the sender stopped in the middle. "
            "Ask the recipient before you retry."
        )
        assert MessageAttempt.objects.get().outcome == "unknown"
        assert len(mail_server.received) == 1

    def test_believes_a_slow_sender_that_comes_back_after_all(self, clock: Clock) -> None:
        class Slow(SmtpPostbox):
            def deliver(self, **arguments: object) -> str:
                clock.turn(minutes=20)
                assert settle_interrupted(now=clock()) == 1
                return "250 at last"

        enqueue(draft=draft(), now=NOON)

        send_due(postbox=Slow(host="127.0.0.1", port=1), clock=clock)

        message = Message.objects.get()
        assert (message.state, message.server_answer, message.last_error) == ("sent", "250 at last", "")


@pytest.mark.django_db(transaction=True)
class TestTwoSenders:
    def test_share_the_work_and_send_each_message_once(self, mail_server: MailServer) -> None:
        enqueue_many(
            drafts=[draft(object_id=str(n), recipient=f"c{n}@example.org") for n in range(40)], now=NOON
        )
        together = threading.Barrier(3)
        results: list[SendingResult] = []

        def run() -> None:
            together.wait()
            try:
                results.append(send_due(postbox=mail_server.postbox(), clock=Clock()))
            finally:
                connection.close()

        senders = [threading.Thread(target=run) for _ in range(3)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

        assert sum(result.sent for result in results) == 40
        assert sorted(mail_server.recipients) == sorted(f"c{n}@example.org" for n in range(40))
        assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}


class TestSmtpPostbox:
    def test_says_that_a_wrong_password_is_the_servers_refusal_of_us(self, mail_server: MailServer) -> None:
        locked_out = SmtpPostbox(
            host="127.0.0.1", port=mail_server.port, user="u", password="p", timeout_seconds=5
        )

        with pytest.raises(ServerUnavailable, match="AUTH"):
            locked_out.deliver(message=mail_of("a@b.c"), sender="b@localhost", recipient="a@b.c")

    def test_refuses_to_go_on_without_the_encryption_that_was_asked_for(
        self, mail_server: MailServer
    ) -> None:
        careful = SmtpPostbox(host="127.0.0.1", port=mail_server.port, use_tls=True, timeout_seconds=5)

        with pytest.raises(ServerUnavailable, match="STARTTLS"):
            careful.deliver(message=mail_of("a@b.c"), sender="b@localhost", recipient="a@b.c")
        assert mail_server.received == []

    @pytest.mark.parametrize(
        ("content", "on_the_wire"),
        [
            (b"a\r\n.b\r\n", b"a\r\n..b\r\n.\r\n"),
            (b".a", b"..a\r\n.\r\n"),
            (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n.\r\n"),
        ],
    )
    def test_doubles_dots_at_the_start_of_lines(self, content: bytes, on_the_wire: bytes) -> None:
        assert dot_stuffed(content) == on_the_wire


def mail_of(recipient: str) -> EmailMessage:
    mail = EmailMessage()
    mail["To"] = recipient
    mail["Subject"] = "x"
    mail.set_content("x")
    return mail
