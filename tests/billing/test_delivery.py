from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from broadbill.accounts.domain.new_account import NewContact
from broadbill.billing.models import Document
from broadbill.billing.operations.delivery import DELIVER_TASK, queue_letters
from broadbill.messaging.domain.drafts import AttachmentReference
from broadbill.messaging.models import Message
from broadbill.messaging.operations.attachments import fetch
from tests.world import a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db


def deliver() -> int:
    """What the worker does with the job that the run left."""
    job = ProcrastinateJob.objects.filter(task_name=DELIVER_TASK).latest("id")
    return queue_letters(**job.args, now=at("2026-01-01"))


class TestDelivery:
    def test_writes_to_every_reader_of_the_account_once(self) -> None:
        contacts = (
            NewContact(name="Books", email="books@example.org", receives_bills=True),
            NewContact(name="Boss", email="boss@example.org"),
            NewContact(name="Same", email="amina@example.org", receives_bills=True),
        )
        a_subscription(an_account(email="amina@example.org", contacts=contacts), a_plan(), "2026-01-01")
        bill_through("2026-01-01")

        assert deliver() == 2
        assert set(Message.objects.values_list("recipient", flat=True)) == {
            "amina@example.org",
            "books@example.org",
        }

    def test_queues_nothing_the_second_time(self) -> None:
        a_subscription(an_account(email="amina@example.org"), a_plan(), "2026-01-01")
        bill_through("2026-01-01")

        assert [deliver(), deliver()] == [1, 0]

    def test_writes_in_the_language_of_the_account(self) -> None:
        a_subscription(an_account(email="amina@example.org", language="de"), a_plan(), "2026-01-01")
        bill_through("2026-01-01")
        deliver()

        message = Message.objects.get()
        assert message.language == "de"
        assert "30,00\N{NO-BREAK SPACE}€" in message.body_text

    def test_leaves_those_without_an_address_to_paper(self) -> None:
        a_subscription(an_account(), a_plan(), "2026-01-01")
        bill_through("2026-01-01")

        assert deliver() == 0

    def test_attaches_the_document_as_pdf(self) -> None:
        a_subscription(an_account(email="amina@example.org"), a_plan(), "2026-01-01")
        bill_through("2026-01-01")
        number = Document.objects.get().number
        deliver()

        [reference] = Message.objects.get().attachments
        attachment = fetch(AttachmentReference(**reference))

        assert attachment.filename == f"{number}.pdf"
        assert attachment.content.startswith(b"%PDF-")
        assert list(Path(settings.DOCUMENTS_FOLDER).rglob("*.pdf"))
