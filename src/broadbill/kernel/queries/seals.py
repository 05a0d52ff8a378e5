"""Digests of sealed events, and whether the events still are what they were.

Which events belong to a seal is decided by the transactions that recorded them: ids become visible out of order,
but once a transaction is older than every running one, nothing of it can appear any more. When the database is
moved to another server, transactions are counted anew there; what was sealed before is an *era* of its own, told
from the next one by its ids, which go on rising.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from django.db import connection
from django.db.models import Max, Q

from broadbill.kernel.deviation import Deviation
from broadbill.kernel.domain.sealing import NO_EVENTS, NO_SEAL, Batch, seal_hash
from broadbill.kernel.models import EventSeal

CHECK = "events"
SEALS_AT_ONCE = 500
# The ends of a bigint, so that an event slipped in with an absurd id belongs to a seal too, and shows.
LOWEST_ID, HIGHEST_ID = -(2**63), 2**63 - 1

# An event's own hash: over the text of a JSON list of its columns. Numbers and instants are written without regard
# to the session's time zone or formats.
_EVENT_HASH = """
    sha256(convert_to(jsonb_build_array(
        id, extract(epoch FROM occurred_at)::text, actor, verb, object_type, object_id, account_id, data, transaction_id
    )::text, 'UTF8'))
"""
_BATCH = f"""
    sha256(string_agg({_EVENT_HASH}, ''::bytea ORDER BY transaction_id, id)), count(*), max(id)
"""


@dataclass(frozen=True)
class Era:
    """The ids of the events sealed by transaction in one era: above `after`, and not above `until`."""

    after: int
    until: int


def batch_of_transactions(*, starts: int, ends: int, after_event_id: int) -> Batch:
    """The events of the transactions `[starts, ends)` with ids above `after_event_id`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_BATCH} FROM event WHERE transaction_id >= %s AND transaction_id < %s AND id > %s",
            [starts, ends, after_event_id],
        )
        return _batch(cursor.fetchone())


def batch_of_ids(event_ids: Sequence[int]) -> Batch:
    """The listed events, as far as they still exist."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_BATCH} FROM event WHERE id = ANY(%s)", [list(event_ids)])
        return _batch(cursor.fetchone())


def stragglers(last: EventSeal) -> list[int]:
    """Ids of the events that no seal of an ended era holds, ascending."""
    sealed_until = EventSeal.objects.aggregate(highest=Max("last_event_id"))["highest"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM event WHERE transaction_id >= %s OR id > %s ORDER BY id",
            [last.ends_transaction, sealed_until],
        )
        return [row[0] for row in cursor.fetchall()]


def oldest_running_transaction() -> int:
    """Every transaction numbered below this one has ended, for all sessions of the database server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def verify_events() -> Iterator[Deviation]:
    """Recompute every seal from the events as they are now and report each that does not come out the same.

    Events that still wait for their seal are not covered. Memory does not grow with the number of events.
    """
    eras = _eras()
    previous: EventSeal | None = None
    seals = EventSeal.objects.order_by("id").iterator(chunk_size=SEALS_AT_ONCE)
    while chunk := list(islice(seals, SEALS_AT_ONCE)):
        batches = _batches(chunk, eras)
        for seal in chunk:
            yield from _deviations(seal, batches.get(seal.id, NO_EVENTS), previous)
            previous = seal


def _deviations(seal: EventSeal, batch: Batch, previous: EventSeal | None) -> Iterator[Deviation]:
    if bytes(seal.previous_hash) != (bytes(previous.hash) if previous else NO_SEAL):
        yield Deviation(
            CHECK,
            f"seal {seal.id}",
            "does not follow the seal before it: a seal was removed, added or altered",
        )
    begins = previous.ends_transaction if previous and previous.era == seal.era else 0
    if seal.starts_transaction != begins:
        yield Deviation(CHECK, f"seal {seal.id}", "leaves out transactions after the seal before it")
    if batch.count != seal.event_count:
        yield Deviation(
            CHECK,
            f"seal {seal.id}",
            f"was put on {seal.event_count} events, of which {batch.count} are there now",
        )
    elif bytes(seal.hash) != _hash_now(seal, batch):
        yield Deviation(CHECK, f"seal {seal.id}", "does not fit its events: at least one was altered")


def _hash_now(seal: EventSeal, batch: Batch) -> bytes:
    return seal_hash(
        previous=bytes(seal.previous_hash),
        era=seal.era,
        starts=seal.starts_transaction,
        ends=seal.ends_transaction,
        batch=batch,
    )


def _eras() -> dict[int, Era]:
    by_transaction = Max("last_event_id", filter=Q(event_ids__isnull=True), default=0)
    rows = (
        EventSeal.objects.values("era")
        .order_by("era")
        .annotate(until=by_transaction, highest=Max("last_event_id"))
    )
    eras: dict[int, Era] = {}
    after = LOWEST_ID
    for row in rows:
        eras[row["era"]] = Era(after=after, until=row["until"])
        after = max(after, row["highest"])
    if eras:
        latest = max(eras)
        eras[latest] = Era(after=eras[latest].after, until=HIGHEST_ID)
    return eras


def _batches(seals: Sequence[EventSeal], eras: dict[int, Era]) -> dict[int, Batch]:
    """What each of the consecutive seals holds now, by seal id; one query an era."""
    batches = {seal.id: batch_of_ids(seal.event_ids) for seal in seals if seal.event_ids is not None}
    for era, of_era in groupby((seal for seal in seals if seal.event_ids is None), key=lambda seal: seal.era):
        batches |= _batches_by_transaction(list(of_era), eras[era])
    return batches


def _batches_by_transaction(seals: Sequence[EventSeal], era: Era) -> dict[int, Batch]:
    # A transaction belongs to the last seal that starts at or before it, unless that one ends before it.
    starts = [seal.starts_transaction for seal in seals]
    ends = [seal.ends_transaction for seal in seals]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT width_bucket(transaction_id, %s::bigint[]), {_BATCH} FROM event
            WHERE transaction_id >= %s AND transaction_id < %s AND id > %s AND id <= %s
                AND transaction_id < (%s::bigint[])[width_bucket(transaction_id, %s::bigint[])]
            GROUP BY 1
            """,
            [starts, starts[0], ends[-1], era.after, era.until, ends, starts],
        )
        return {seals[bucket - 1].id: _batch(rest) for bucket, *rest in cursor.fetchall()}


def _batch(row: Sequence[object]) -> Batch:
    digest, count, last_event_id = row
    if not count:
        return NO_EVENTS
    assert isinstance(digest, bytes | memoryview)
    assert isinstance(count, int)
    assert isinstance(last_event_id, int)
    return Batch(digest=bytes(digest), count=count, last_event_id=last_event_id)
