"""Cards that end soon: whoever is charged by themselves is told ahead, once, by letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from broadbill.accounts.models import Provider
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.payments.models import SavedMethod

LETTER: Final = "card_ends"
# System work that tells customers something.
ACTOR: Final = "system:cards"


@transaction.atomic
def announce_ending(*, on: date, now: datetime) -> int:
    """Tell whose card ends in the coming month or in this one, and is charged by itself; return how many were told.

    Once for each month in which a card ends: a renewed card is told of again when its own end comes. Who has no
    e-mail address is told once there is one. A fixed number of queries.
    """
    next_year, next_month = divmod(on.year * 12 + on.month, 12)
    ends = Q(expires_year=on.year, expires_month=on.month) | Q(
        expires_year=next_year, expires_month=next_month + 1
    )
    untold = Q(told_of_year=None) | ~Q(told_of_year=F("expires_year")) | ~Q(told_of_month=F("expires_month"))
    rows = list(
        SavedMethod.objects.select_for_update(of=("self",))
        .filter(ends, untold, autopay=True, state=SavedMethod.State.ACTIVE)
        .select_related("account__profile")
        .order_by("id")
    )
    readers = readers_of([row.account for row in rows], letter=LETTER)
    reached = [row for row in rows if readers[row.account_id]]
    provider = current_provider()
    enqueue_many(
        drafts=(draft for row in reached for draft in _drafts(row, provider, readers[row.account_id])),
        now=now,
    )
    SavedMethod.objects.filter(pk__in=[row.id for row in reached]).update(
        told_of_year=F("expires_year"), told_of_month=F("expires_month")
    )
    record_events(
        NewEvent(
            actor=ACTOR,
            verb="method.ending",
            object_type="saved_method",
            object_id=str(row.id),
            occurred_at=now,
            account_id=row.account_id,
            data={"brand": row.brand, "last_four": row.last_four},
        )
        for row in reached
    )
    return len(reached)


def _drafts(row: SavedMethod, provider: Provider, readers: Sequence[str]) -> Iterator[Draft]:
    written = write(
        kind=LETTER,
        language=row.account.profile.language,
        facts={
            "seller": provider.name,
            "name": row.account.profile.legal_name,
            "card": f"{row.brand} {row.last_four}",
            "ends": f"{row.expires_month:02}/{row.expires_year}",
            "contact": provider.phone or provider.email,
        },
    )
    for address in readers:
        yield written.to(
            address,
            object_type="saved_method",
            object_id=f"{row.id}/{row.expires_year}-{row.expires_month:02}",
            account_id=row.account_id,
        )
