"""The letter that tells a customer how their dispute of a line was decided, and why."""

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
from broadbill.payments.models import LineDispute

LETTER: Final = "dispute_answer"


def tell_decision(*, row: LineDispute, line: str, now: datetime) -> int:
    """Write to each of the account's readers, once; return how many letters. The amount is with its tax."""
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
            "upheld": row.state == LineDispute.State.UPHELD,
            "number": row.document.number,
            "line": line,
            "amount": wording.money(Money(row.total, Currency.of(row.currency))),
            "note": " ".join(row.note.split()),
            "contact": provider.phone or provider.email,
        },
    )
    return enqueue_many(
        drafts=(
            written.to(address, object_type="dispute", object_id=str(row.id), account_id=account.id)
            for address in readers
        ),
        now=now,
    )
