"""Ranges of addresses and prefixes."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.addresses import USUAL_LENGTH, pieces_of, range_of
from broadbill.network.domain.errors import PoolInvalid
from broadbill.network.models import Pool


@transaction.atomic
def add_pool(
    *,
    code: str,
    kind: str,
    network: str,
    now: datetime,
    actor: str,
    piece_length: int | None = None,
    kept_back: int = 0,
) -> int:
    """Add a range to give out of, and return how many it has. What is held in it already counts as given.

    Raises: PoolInvalid, also where it overlaps another.
    """
    given = range_of(code, kind, network)
    length = USUAL_LENGTH[kind] if piece_length is None else piece_length
    pieces = pieces_of(code, kind, given, length, kept_back)
    with connection.cursor() as cursor:
        # Two people who add the same range at once: the second sees the first one's.
        cursor.execute("LOCK TABLE network_pool IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            "SELECT code, network::text FROM network_pool WHERE code = %s OR network && %s::cidr ORDER BY code LIMIT 1",
            [code, str(given)],
        )
        other = cursor.fetchone()
        if other is not None:
            told = "it is there already" if other[0] == code else f"{given} overlaps {other[1]} of {other[0]}"
            raise PoolInvalid(pool=code, reason=told)
    pool = Pool.objects.create(
        code=code,
        kind=kind,
        network=str(given),
        piece_length=length,
        kept_back=kept_back,
        recorded_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE network_assignment SET pool_id = %s WHERE pool_id IS NULL AND kind = %s AND network <<= %s::cidr",
            [pool.id, kind, str(given)],
        )
    record_event(
        actor=actor,
        verb="pool.added",
        object_type="pool",
        object_id=pool.id,
        occurred_at=now,
        data={"pool": code, "kind": kind, "network": str(given), "count": str(pieces.count)},
    )
    return pieces.count
