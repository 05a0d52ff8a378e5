"""Giving an access an address or a prefix, and taking it back. Who had which stays on record."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from django.db import connection, transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.addresses import Pieces, piece, pieces_of, spelled
from broadbill.network.domain.errors import (
    AccessInvalid,
    AccessUnknown,
    AddressInvalid,
    AddressTaken,
    PoolRanDry,
    PoolUnknown,
)
from broadbill.network.models import Access, Assignment, Pool

# The lowest piece that nobody holds, now or later: the first of all, or one that follows another's.
FREE = """
SELECT candidate.network::text FROM (
    SELECT %(first)s::cidr AS network
    UNION ALL
    SELECT set_masklen(broadcast(held.network) + 1, %(length)s)::cidr FROM network_assignment AS held
    WHERE held.network <<= %(range)s::cidr AND broadcast(held.network)::inet < %(last)s::cidr::inet
      AND (held.ends_at IS NULL OR held.ends_at > %(from)s)
) AS candidate
WHERE candidate.network::inet BETWEEN %(first)s::cidr::inet AND %(last)s::cidr::inet
  AND NOT EXISTS (
    SELECT FROM network_assignment AS taken
    WHERE taken.network && candidate.network
      AND tstzrange(taken.starts_at, taken.ends_at) && tstzrange(%(from)s, NULL)
  )
ORDER BY candidate.network LIMIT 1
"""
TAKEN = """
SELECT taken.network::text, access.username
FROM network_assignment AS taken JOIN network_access AS access ON access.id = taken.access_id
WHERE taken.network && %(network)s::cidr AND tstzrange(taken.starts_at, taken.ends_at) && tstzrange(%(from)s, NULL)
ORDER BY taken.starts_at LIMIT 1
"""


def assign_from_pool(*, username: str, pool: str, starts_at: datetime, now: datetime, actor: str) -> str:
    """Give an access the lowest free piece of a pool, from an instant on; return it.

    Raises: AccessInvalid, AccessUnknown, PoolUnknown; PoolRanDry, which is recorded as an event too.
    """
    try:
        with transaction.atomic():
            access = _locked(username)
            row = Pool.objects.select_for_update().filter(code=pool).first()
            if row is None:
                raise PoolUnknown(pool=pool)
            free = _lowest_free(row, starts_at)
            return _assign(access, row, row.kind, free, starts_at, now, actor)
    except PoolRanDry as dry:
        record_event(
            actor=actor,
            verb="pool.ran_dry",
            object_type="pool",
            object_id=Pool.objects.get(code=pool).id,
            occurred_at=now,
            data={"pool": pool, "network": dry.network, "wanted_by": username},
        )
        raise


@transaction.atomic
def assign_address(
    *, username: str, kind: str, address: str, starts_at: datetime, now: datetime, actor: str
) -> str:
    """Give an access a certain address or prefix, from an instant on; return it in our spelling.

    Raises: AccessInvalid, AccessUnknown, AddressInvalid, AddressTaken.
    """
    access = _locked(username)
    wanted = piece(kind, address)
    pool = _pool_around(wanted.with_prefixlen)
    if pool is not None and pool.kind != kind:
        raise AddressInvalid(address=address, reason=f"it lies in pool {pool.code}, which is of {pool.kind}")
    return _assign(access, pool, kind, wanted.with_prefixlen, starts_at, now, actor)


@transaction.atomic
def take_back_address(*, username: str, address: str, ends_at: datetime, now: datetime, actor: str) -> None:
    """An access has an address no longer, from an instant on.

    Raises: AccessUnknown, AddressInvalid where it does not have it then.
    """
    access = _locked(username)
    try:
        network = str(ipaddress.ip_network(address.strip()))
    except ValueError as error:
        raise AddressInvalid(address=address, reason="it is neither an address nor a prefix") from error
    held = Assignment.objects.filter(access=access, network=network, ends_at__isnull=True).first()
    if held is None or held.starts_at > ends_at:
        raise AddressInvalid(address=address, reason=f"{username} does not have it then")
    held.ends_at = ends_at
    held.save(update_fields=["ends_at"])
    _record("address.taken_back", access, network, ends_at, now, actor)


def _locked(username: str) -> Access:
    """The access, its account locked."""
    found = Access.objects.select_related("subscription").filter(username=username).first()
    if found is None:
        raise AccessUnknown(username=username)
    lock_account(found.subscription.account_id)
    return found


def _assign(
    access: Access, pool: Pool | None, kind: str, network: str, starts_at: datetime, now: datetime, actor: str
) -> str:
    with connection.cursor() as cursor:
        # The database would refuse it as well, but could not say whose it is.
        cursor.execute(TAKEN, {"network": network, "from": starts_at})
        taken = cursor.fetchone()
    if taken is not None:
        raise AddressTaken(address=spelled(network), taken=spelled(taken[0]), username=taken[1])
    kept = Assignment.objects.filter(access=access, kind=kind)
    other = kept.exclude(ends_at__lte=starts_at).first()
    if other is not None:
        raise AccessInvalid(
            username=access.username,
            reason=f"it has {spelled(other.network)} already; take that back first: broadbill network take-back",
        )
    Assignment.objects.create(
        access=access,
        pool=pool,
        kind=kind,
        network=network,
        starts_at=starts_at,
        recorded_at=now,
        recorded_by=actor,
    )
    _record("address.assigned", access, network, starts_at, now, actor)
    return spelled(network)


def _record(verb: str, access: Access, network: str, at: datetime, now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="access",
        object_id=access.id,
        occurred_at=now,
        account_id=access.subscription.account_id,
        data={"username": access.username, "address": spelled(network), "from": at.isoformat()},
    )


def _lowest_free(pool: Pool, starts_at: datetime) -> str:
    pieces = _pieces(pool)
    with connection.cursor() as cursor:
        cursor.execute(
            FREE,
            {
                "first": pieces.first,
                "last": pieces.last,
                "length": pool.piece_length,
                "range": pool.network,
                "from": starts_at,
            },
        )
        free = cursor.fetchone()
    if free is None:
        raise PoolRanDry(pool=pool.code, network=pool.network, count=pieces.count)
    return str(free[0])


def _pieces(pool: Pool) -> Pieces:
    network = ipaddress.ip_network(pool.network)
    return pieces_of(pool.code, pool.kind, network, pool.piece_length, pool.kept_back)


def _pool_around(network: str) -> Pool | None:
    found = Pool.objects.raw("SELECT * FROM network_pool WHERE network >>= %s::cidr", [network])
    return next(iter(found), None)
