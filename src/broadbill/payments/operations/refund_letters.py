"""The letter that tells a customer that money went back to them, and why, in one line."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from broadbill.accounts.models import Account
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.core.money import Currency, Money
from broadbill.documents.domain.wording import Wording
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.payments.models import Refund

LETTER: Final = "refund_paid"


def tell_refund(*, row: Refund, now: datetime) -> int:
    """Write to each of the account's readers that a refund was paid, once; return how many letters."""
    account = Account.objects.select_related("profile").get(pk=row.account_id)
    readers = readers_of([account])[account.id]
    if not readers:
        return 0
    provider = current_provider()
    wording = Wording.of(account.profile.language)
    written = write(
        kind=LETTER,
        language=account.profile.language,
        facts={
            "seller": provider.name,
            "name": account.profile.legal_name,
            "way": row.method,
            "number": row.number,
            "amount": wording.money(Money(row.amount, Currency.of(row.currency))),
            "reason": " ".join(row.reason.split()),
            "contact": provider.phone or provider.email,
        },
    )
    return enqueue_many(
        drafts=(
            written.to(address, object_type="refund", object_id=str(row.id), account_id=account.id)
            for address in readers
        ),
        now=now,
    )
