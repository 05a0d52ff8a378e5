"""The letter that tells a customer of an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse

from broadbill.accounts.models import Account
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.identity.queries.users import customer_address
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.support.models import Ticket

LETTER: Final = "ticket_answer"


def tell_answer(*, ticket: Ticket, number: int, body: str, now: datetime) -> int:
    """Write to whoever opened the ticket, else to the account's readers; return how many letters."""
    account = Account.objects.select_related("profile").get(pk=ticket.account_id)
    address = customer_address(ticket.opened_by)
    readers = (address,) if address else readers_of([account])[account.id]
    if not readers:
        return 0
    provider = current_provider()
    written = write(
        kind=LETTER,
        language=account.profile.language,
        facts={
            "seller": provider.name,
            "name": account.profile.legal_name,
            "ticket": str(ticket.id),
            "subject": ticket.subject,
            "body": body,
            "link": settings.PUBLIC_URL + reverse("portal:ticket", args=[ticket.id])
            if settings.PUBLIC_URL
            else "",
            "contact": provider.phone or provider.email,
        },
    )
    return enqueue_many(
        drafts=(
            written.to(reader, object_type="ticket", object_id=f"{ticket.id}/{number}", account_id=account.id)
            for reader in readers
        ),
        now=now,
    )
