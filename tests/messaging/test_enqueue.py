"""What comes into the outbox, and what does not."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from broadbill.messaging.domain.drafts import AttachmentReference
from broadbill.messaging.models import Message
from broadbill.messaging.operations.enqueue import enqueue, enqueue_many
from tests.messaging.drafts import NOON, draft


@pytest.mark.django_db
class TestEnqueue:
    def test_keeps_all_that_is_to_be_said(self) -> None:
        pdf = AttachmentReference(provider="document", reference="4512")

        number = enqueue(draft=draft(attachments=(pdf,)), now=NOON)

        message = Message.objects.get()
        assert message.id == number
        assert (message.kind, message.object_type, message.object_id) == ("invoice", "invoice", "4512")
        assert message.dedupe_key == "invoice:invoice:4512:amina@example.org"
        assert (message.account_id, message.recipient, message.language) == (17, "amina@example.org", "de")
        assert message.subject == "Ihre Rechnung 2026-004512"
        assert message.attachments == [{"provider": "document", "reference": "4512"}]
        assert (message.state, message.attempts, message.next_attempt_at) == ("queued", 0, NOON)
        assert message.created_at == NOON
        assert message.ended_at is None
        assert message.message_id.endswith("@localhost")

    def test_never_tells_a_person_twice_about_the_same(self) -> None:
        first = enqueue(draft=draft(), now=NOON)
        again = enqueue(draft=draft(recipient="Amina@Example.ORG", subject="Noch einmal"), now=NOON)

        assert first is not None
        assert again is None
        assert Message.objects.count() == 1

    @pytest.mark.parametrize(
        "other",
        [
            draft(object_id="4513"),
            draft(kind="reminder"),
            draft(object_type="credit_note"),
            draft(recipient="bo@example.org"),
        ],
    )
    def test_tells_about_something_else_or_somebody_else(self, other: object) -> None:
        enqueue_many(drafts=[draft(), other], now=NOON)

        assert Message.objects.count() == 2

    @pytest.mark.parametrize(
        ("written", "error"),
        [
            ("amina@", "'amina@' is not an e-mail address. Correct the contact and retry."),
            ("a b@example.org", "'a b@example.org' is not an e-mail address. Correct the contact and retry."),
            (
                "a@b.c\nBcc: x@y.z",
                "'a@b.c\\nBcc: x@y.z' is not an e-mail address. Correct the contact and retry.",
            ),
            ("  ", "There is no e-mail address. Add one to the contact and retry."),
        ],
    )
    def test_shows_an_address_that_cannot_be_used_as_failed(self, written: str, error: str) -> None:
        enqueue(draft=draft(recipient=written), now=NOON)

        message = Message.objects.get()
        assert (message.state, message.last_error, message.next_attempt_at) == ("failed", error, None)

    def test_writes_international_domains_as_servers_take_them(self) -> None:
        enqueue(draft=draft(recipient=" amina@Bücher.example "), now=NOON)

        assert Message.objects.get().recipient == "amina@xn--bcher-kva.example"

    def test_keeps_the_subject_on_one_line(self) -> None:
        enqueue(draft=draft(subject="Rechnung\r\nBcc: everybody@example.org"), now=NOON)

        assert Message.objects.get().subject == "Rechnung Bcc: everybody@example.org"

    def test_takes_thousands_and_counts_the_new_ones(self) -> None:
        enqueue(draft=draft(object_id="7"), now=NOON)

        new = enqueue_many(drafts=(draft(object_id=str(number)) for number in range(1200)), now=NOON)

        assert new == 1199
        assert Message.objects.count() == 1200

    def test_goes_with_the_transaction_it_belongs_to(self) -> None:
        def bill_and_fail() -> None:
            with transaction.atomic():
                enqueue(draft=draft(), now=NOON)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            bill_and_fail()

        assert Message.objects.count() == 0

    def test_wakes_one_sender_when_the_transaction_is_through(
        self, django_capture_on_commit_callbacks: object
    ) -> None:
        assert callable(django_capture_on_commit_callbacks)
        with django_capture_on_commit_callbacks(execute=True):
            enqueue(draft=draft(), now=NOON)
            enqueue(draft=draft(object_id="2"), now=NOON)
            assert ProcrastinateJob.objects.count() == 0

        assert [job.task_name for job in ProcrastinateJob.objects.all()] == ["messaging.send_due"]


@pytest.mark.django_db
class TestMessageTable:
    def test_refuses_a_second_message_with_the_same_key(self) -> None:
        enqueue(draft=draft(), now=NOON)
        twin = Message.objects.get()
        twin.pk = None
        twin.message_id = "other@localhost"

        with pytest.raises(IntegrityError, match="message_never_twice"):
            twin.save()

    def test_refuses_a_queued_message_without_its_time(self) -> None:
        enqueue(draft=draft(), now=NOON)

        with pytest.raises(IntegrityError, match="message_queued_has_its_time"):
            Message.objects.update(next_attempt_at=None)

    def test_refuses_a_state_nobody_knows(self) -> None:
        enqueue(draft=draft(), now=NOON)

        with pytest.raises(IntegrityError, match="message_"):
            Message.objects.update(state="lost", next_attempt_at=None)
