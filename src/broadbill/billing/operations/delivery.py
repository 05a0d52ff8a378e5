"""Sending issued documents to their readers: separate from the run, which never waits for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from broadbill.accounts.models import Contact
from broadbill.billing.models import Document
from broadbill.billing.queries.sheets import payment_reference, sheet_of
from broadbill.contracts.queries.prepaid import prepaid_subscriptions
from broadbill.core.money import Currency, Money
from broadbill.documents.domain.wording import Wording
from broadbill.documents.operations.cache import stored_pdf
from broadbill.messaging.domain.drafts import AttachmentReference, Draft
from broadbill.messaging.operations.attachments import Attachment
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write

DELIVER_TASK = "billing.deliver_chunk"
ATTACHMENTS = "billing.document"
DOCUMENTS_PER_BATCH = 500


def deliver_later(*, run_id: int, first_document: int, last_document: int) -> None:
    """Ask the worker to send some documents of a run, in the transaction that issued them."""
    app.configure_task(DELIVER_TASK).defer(
        run_id=run_id, first_document=first_document, last_document=last_document
    )


@transaction.atomic
def queue_letters(*, run_id: int, first_document: int, last_document: int, now: datetime) -> int:
    """Put a letter in the outbox for every reader of these documents; return how many are new there.

    Doing it again queues nothing twice: the outbox knows each reader of each document.
    """
    documents = (
        Document.objects.filter(run_id=run_id, id__gte=first_document, id__lte=last_document)
        .select_related("profile", "account", "run__provider")
        .order_by("id")
    )
    queued = 0
    batch: list[Document] = []
    for document in documents.iterator(chunk_size=DOCUMENTS_PER_BATCH):
        batch.append(document)
        if len(batch) == DOCUMENTS_PER_BATCH:
            queued += enqueue_many(drafts=_drafts(batch), now=now)
            batch = []
    return queued + enqueue_many(drafts=_drafts(batch), now=now)


def attached_document(number: str) -> Attachment:
    """The PDF of a document as an attachment, made now if it is not there yet."""
    pdf = stored_pdf(sheet=sheet_of(number), folder=Path(settings.DOCUMENTS_FOLDER))
    return Attachment(filename=f"{number}.pdf", content=pdf.content, media_type="application/pdf")


def _drafts(documents: Sequence[Document]) -> Iterator[Draft]:
    readers: dict[int, list[str]] = defaultdict(list)
    contacts = Contact.objects.filter(account__in={row.account_id for row in documents}, receives_bills=True)
    for contact in contacts.order_by("id"):
        readers[contact.account_id].append(contact.email)
    for document in _without_drawn_down(documents):
        addresses = [document.profile.email] if document.profile.email else []
        for address in dict.fromkeys([*addresses, *readers[document.account_id]]):
            yield _draft(document, address)


def _without_drawn_down(documents: Sequence[Document]) -> list[Document]:
    """Documents but those that a prepaid account's credit covered whole: a letter a day would be read by nobody."""
    covered = [document for document in documents if document.due == 0]
    prepaid: set[int] = set()
    for day in {document.issued_on for document in covered}:
        accounts = [document.account_id for document in covered if document.issued_on == day]
        prepaid |= prepaid_subscriptions(account_ids=accounts, on=day).keys()
    return [document for document in documents if document.due or document.account_id not in prepaid]


def _draft(document: Document, address: str) -> Draft:
    profile, provider = document.profile, document.run.provider
    currency = Currency.of(document.currency)
    wording = Wording.of(profile.language)
    due = document.due if document.kind == Document.Kind.INVOICE else -document.total
    written = write(
        kind=document.kind,
        language=profile.language,
        facts={
            "number": document.number,
            "seller": provider.name,
            "name": profile.legal_name,
            "period": "",
            "issued_on": wording.long_date(document.issued_on),
            "due_on": wording.long_date(document.due_on),
            "amount_due": wording.money(Money(due, currency)),
            "total": wording.money(Money(due, currency)),
            "reference": payment_reference(document.number),
            "corrects": ", ".join(document.corrects),
            "notice": "",
            "contact": provider.phone or provider.email,
        },
    )
    return written.to(
        address,
        object_type=document.kind,
        object_id=str(document.id),
        account_id=document.account_id,
        attachments=(AttachmentReference(provider=ATTACHMENTS, reference=document.number),),
    )
