"""Telling the people who should know that a cent does not match: by mail, once for each finding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from broadbill.accounts.queries.provider import current_provider
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.queries.users import addresses_of_who_may
from broadbill.kernel.operations.events import record_event
from broadbill.messaging.domain.addresses import envelope_address
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.payments.models import Finding, ProofAlarm

LETTER: Final = "proof_alarm"
# A letter names so many; the page has all of them.
MOST_NAMED: Final = 20


def raise_alarm(*, found: Sequence[Finding], now: datetime) -> int:
    """Write one letter about findings that were just opened to everybody who should know; return how many letters.

    In the transaction that opens them, so that each is told of once.
    """
    readers = alarmed() if found else ()
    if not readers:
        return 0
    rows = sorted(found, key=lambda row: row.id)
    written = write(
        kind=LETTER,
        language="en",
        facts={
            "seller": current_provider().name,
            "count": len(rows),
            "found": [
                {"subject": row.subject, "words": " ".join(row.words.split())} for row in rows[:MOST_NAMED]
            ],
            "more": max(len(rows) - MOST_NAMED, 0),
            "link": settings.PUBLIC_URL + reverse("console:proof") if settings.PUBLIC_URL else "",
        },
    )
    about = f"{rows[0].id}-{rows[-1].id}"
    drafts = (written.to(address, object_type="findings", object_id=about) for address in readers)
    return enqueue_many(drafts=drafts, now=now)


def alarmed() -> Sequence[str]:
    """The addresses that are written to: those that were set, else of whoever may take payments back. Two queries."""
    row = ProofAlarm.objects.order_by("-id").first()
    if row is not None and row.addresses is not None:
        return tuple(row.addresses)
    return addresses_of_who_may(Permission.REVERSE_PAYMENTS)


@transaction.atomic
def set_alarm(*, addresses: Sequence[str] | None, now: datetime, actor: str) -> None:
    """Say who is written to from now on; None: by role, an empty list: nobody.

    Raises: ValueError for what is no e-mail address.
    """
    for address in addresses or ():
        if envelope_address(address) is None:
            raise ValueError(f"{address!r} is not an e-mail address")
    kept = None if addresses is None else list(addresses)
    row = ProofAlarm.objects.create(addresses=kept, recorded_by=actor, recorded_at=now)
    record_event(
        actor=actor,
        verb="proof_alarm.changed",
        object_type="proof_alarm",
        object_id=row.id,
        occurred_at=now,
        data={"addresses": kept},
    )
