"""What staff see of the outbox, and what they may decide."""

from __future__ import annotations

import pytest
from django.test.utils import CaptureQueriesContext

from broadbill.kernel.models import Event
from broadbill.messaging.adapters.mailbox import MailboxPostbox
from broadbill.messaging.domain.states import MessageState
from broadbill.messaging.models import Message
from broadbill.messaging.operations.enqueue import enqueue, enqueue_many
from broadbill.messaging.operations.outbox import (
    AddressNotUsable,
    MessageNotCancellable,
    MessageNotFound,
    MessageNotRetriable,
    RecipientHasItAlready,
    cancel,
    retry,
)
from broadbill.messaging.operations.send import send_due
from broadbill.messaging.queries.outbox import counts_by_state, message_detail, outbox_page
from tests.messaging.conftest import MailServer
from tests.messaging.drafts import NOON, Clock, draft

pytestmark = pytest.mark.django_db


def refused(mail_server: MailServer, clock: Clock) -> int:
    """A message whose address the server refused; it takes everything from then on."""
    mail_server.at_recipient = lambda _address: "550 5.1.1 No such user"
    number = enqueue(draft=draft(), now=clock())
    send_due(postbox=mail_server.postbox(), clock=clock)
    mail_server.at_recipient = lambda _address: None
    assert number is not None
    return number


class TestRetry:
    def test_sends_a_bounced_message_again_to_the_corrected_address(self, mail_server: MailServer) -> None:
        clock = Clock()
        number = refused(mail_server, clock)

        clock.turn(hours=1)
        retry(message_id=number, recipient="amina.haddad@example.org", actor="user:1", now=clock())
        send_due(postbox=mail_server.postbox(), clock=clock)

        message = Message.objects.get()
        assert (message.state, message.recipient, message.attempts) == ("sent", "amina.haddad@example.org", 2)
        assert message.dedupe_key == "invoice:invoice:4512:amina.haddad@example.org"
        assert mail_server.recipients == ["amina.haddad@example.org"]
        events = Event.objects.order_by("id").values_list("verb", "actor")
        assert list(events) == [
            ("message.bounced", "system:messaging"),
            ("message.queued", "user:1"),
            ("message.sent", "system:messaging"),
        ]

    def test_gives_the_message_its_whole_schedule_again(self, mail_server: MailServer) -> None:
        clock = Clock()
        number = refused(mail_server, clock)
        Message.objects.update(attempts=8)
        retry(message_id=number, actor="user:1", now=clock())
        mail_server.at_recipient = lambda _address: "451 Later"

        send_due(postbox=mail_server.postbox(), clock=clock)

        message = Message.objects.get()
        assert (message.state, message.attempts, message.next_attempt_at) == (
            "queued", 9, NOON.replace(minute=1)
        )  # fmt: skip

    def test_refuses_what_has_arrived(self, mail_server: MailServer) -> None:
        clock = Clock()
        number = enqueue(draft=draft(), now=NOON)
        assert number is not None
        send_due(postbox=mail_server.postbox(), clock=clock)

        with pytest.raises(
            MessageNotRetriable, match=f"Message {number} is sent. Only a failed, bounced or cancelled"
        ):
            retry(message_id=number, actor="user:1", now=NOON)

    def test_refuses_an_address_that_is_none(self, mail_server: MailServer) -> None:
        number = refused(mail_server, Clock())

        with pytest.raises(AddressNotUsable, match="'nobody' is not an e-mail address"):
            retry(message_id=number, recipient="nobody", actor="user:1", now=NOON)

    def test_refuses_an_address_that_was_told_already(self, mail_server: MailServer) -> None:
        number = refused(mail_server, Clock())
        enqueue(draft=draft(recipient="bo@example.org"), now=NOON)

        with pytest.raises(
            RecipientHasItAlready, match=r"Bo@example\.org has a message of its own about this"
        ):
            retry(message_id=number, recipient="Bo@example.org", actor="user:1", now=NOON)

    def test_refuses_a_number_that_no_message_has(self) -> None:
        with pytest.raises(MessageNotFound, match="There is no message 999"):
            retry(message_id=999, actor="user:1", now=NOON)


class TestCancel:
    def test_keeps_a_queued_message_from_being_sent(self, mail_server: MailServer) -> None:
        number = enqueue(draft=draft(), now=NOON)
        assert number is not None

        cancel(message_id=number, actor="user:1", now=NOON)
        send_due(postbox=mail_server.postbox(), clock=Clock())

        assert Message.objects.get().state == "cancelled"
        assert mail_server.received == []
        assert Event.objects.get().verb == "message.cancelled"

    def test_refuses_a_message_that_does_not_wait(self, mail_server: MailServer) -> None:
        number = refused(mail_server, Clock())

        with pytest.raises(MessageNotCancellable, match=f"Message {number} is bounced"):
            cancel(message_id=number, actor="user:1", now=NOON)


class TestOutboxPage:
    def test_turns_pages_without_losing_or_repeating_any(self) -> None:
        enqueue_many(drafts=[draft(object_id=str(n)) for n in range(7)], now=NOON)

        seen, before = [], None
        for _ in range(4):
            page = outbox_page(before_id=before, limit=2)
            seen += [row.object_id for row in page.rows]
            before = page.next_key

        assert seen == ["6", "5", "4", "3", "2", "1", "0"]
        assert before is None

    def test_filters_by_state_account_and_words(self, mail_server: MailServer) -> None:
        bounced = refused(mail_server, Clock())
        enqueue(draft=draft(recipient="bo@example.org", account_id=18, subject="Invoice 77"), now=NOON)

        assert [row.id for row in outbox_page(state=MessageState.BOUNCED).rows] == [bounced]
        assert [row.recipient for row in outbox_page(account_id=18).rows] == ["bo@example.org"]
        assert [row.recipient for row in outbox_page(search="BO@ 77").rows] == ["bo@example.org"]
        assert [row.recipient for row in outbox_page(search="rechnung amina").rows] == ["amina@example.org"]
        assert outbox_page(search="100%").rows == ()

    def test_says_what_may_be_done(self, mail_server: MailServer) -> None:
        refused(mail_server, Clock())
        enqueue(draft=draft(object_id="2"), now=NOON)

        queued, bounced = outbox_page().rows

        assert (queued.is_retriable, queued.is_cancellable) == (False, True)
        assert (bounced.is_retriable, bounced.is_cancellable) == (True, False)
        assert bounced.last_error == "550 5.1.1 No such user"

    def test_takes_one_query_a_page(self, django_assert_num_queries: object) -> None:
        enqueue_many(drafts=[draft(object_id=str(n)) for n in range(30)], now=NOON)

        from django.db import connection

        with CaptureQueriesContext(connection) as queries:
            outbox_page(search="amina")

        assert len(queries) == 1


class TestCountsByState:
    def test_counts_every_state(self, mail_server: MailServer) -> None:
        refused(mail_server, Clock())
        enqueue_many(drafts=[draft(object_id=str(n)) for n in range(3)], now=NOON)

        counts = {each.state.value: each.count for each in counts_by_state()}

        assert counts == {"queued": 3, "sending": 0, "sent": 0, "failed": 0, "bounced": 1, "cancelled": 0}

    def test_stops_counting_where_it_would_take_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("broadbill.messaging.queries.outbox.COUNT_AT_MOST", 2)
        enqueue_many(drafts=[draft(object_id=str(n)) for n in range(3)], now=NOON)

        [queued] = [each for each in counts_by_state() if each.state is MessageState.QUEUED]

        assert (queued.count, queued.more) == (2, True)


class TestMessageDetail:
    def test_shows_what_was_said_and_every_attempt(self, mail_server: MailServer) -> None:
        number = refused(mail_server, Clock())

        detail = message_detail(number)

        assert detail is not None
        assert detail.text.startswith("Guten Tag Amina Haddad")
        assert [(each.number, each.outcome, each.answer) for each in detail.deliveries] == [
            (1, "address_refused", "550 5.1.1 No such user")
        ]

    def test_is_none_for_a_number_that_no_message_has(self) -> None:
        assert message_detail(999) is None


class TestTasks:
    def test_send_what_is_due_into_the_local_mailbox(
        self, tmp_path: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from broadbill.messaging import tasks

        assert tmp_path is not None
        monkeypatch.setattr(tasks, "postbox", lambda: MailboxPostbox(tmp_path))  # type: ignore[arg-type]
        enqueue(draft=draft(), now=NOON)

        tasks.send_due_messages(0)

        assert Message.objects.get().state == "sent"
