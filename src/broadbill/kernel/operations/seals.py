"""Sealing the events whose transactions have ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from broadbill.kernel.domain.sealing import NO_SEAL, Batch, seal_hash
from broadbill.kernel.locks import try_lock
from broadbill.kernel.models import EventSeal
from broadbill.kernel.queries import seals


def seal_events(*, now: datetime) -> int:
    """Close the settled events that have no seal yet and return how many they are.

    An event of a transaction under way, or of one that began after it, waits for the next time. Nobody who records
    events is held up. Of two sealers at once the second has nothing to do.
    """
    with transaction.atomic():
        if not try_lock("kernel.seal_events"):
            return 0
        last = EventSeal.objects.order_by("-id").first()
        ends = seals.oldest_running_transaction()
        if last is None:
            return _seal_transactions(last, era=1, starts=0, ends=ends, now=now)
        if last.event_ids is not None:
            return _seal_transactions(last, era=last.era + 1, starts=0, ends=ends, now=now)
        if ends < last.ends_transaction:
            return _end_era(last, now=now)
        return _seal_transactions(last, era=last.era, starts=last.ends_transaction, ends=ends, now=now)


def _seal_transactions(last: EventSeal | None, *, era: int, starts: int, ends: int, now: datetime) -> int:
    eras_before = EventSeal.objects.filter(era__lt=era)
    before = eras_before.aggregate(highest=Max("last_event_id", default=seals.LOWEST_ID))["highest"]
    batch = seals.batch_of_transactions(starts=starts, ends=ends, after_event_id=before)
    if batch.count:
        _put_seal(last, batch, era=era, starts=starts, ends=ends, event_ids=None, now=now)
    return batch.count


def _end_era(last: EventSeal, *, now: datetime) -> int:
    """The database was moved to a server that counts transactions from a lower number: list what is still open.

    Happens once a move. Only here recording waits for a moment, so that nothing is in flight while the list is made.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE event IN SHARE MODE")
    event_ids = seals.stragglers(last)
    batch = seals.batch_of_ids(event_ids)
    open_end = last.ends_transaction
    _put_seal(last, batch, era=last.era, starts=open_end, ends=open_end, event_ids=event_ids, now=now)
    return batch.count


def _put_seal(
    last: EventSeal | None,
    batch: Batch,
    *,
    era: int,
    starts: int,
    ends: int,
    event_ids: Sequence[int] | None,
    now: datetime,
) -> None:
    previous = bytes(last.hash) if last else NO_SEAL
    EventSeal.objects.create(
        sealed_at=now,
        era=era,
        starts_transaction=starts,
        ends_transaction=ends,
        event_ids=event_ids,
        event_count=batch.count,
        last_event_id=batch.last_event_id,
        previous_hash=previous,
        hash=seal_hash(previous=previous, era=era, starts=starts, ends=ends, batch=batch),
    )
