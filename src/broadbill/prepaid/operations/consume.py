"""Counting usage against what a voucher gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.prepaid.domain.errors import EntitlementUnknown
from broadbill.prepaid.models import Entitlement, Use


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an entitlement; None is without that limit. `is_used_up` at the instant asked about."""

    seconds: int | None
    octets: int | None
    is_used_up: bool


@transaction.atomic
def consume(*, entitlement_id: int, usage_id: str, at: datetime, seconds: int = 0, octets: int = 0) -> Left:
    """Count usage once for each `usage_id` of an entitlement, down to nothing and never below; return what is left.

    Units:  seconds online, octets in both directions; both count up from 0 in each report, not since the beginning.
    Raises: EntitlementUnknown; ValueError for negative usage (a caller's bug).
    """
    if seconds < 0 or octets < 0:
        raise ValueError("usage is not negative")
    row = Entitlement.objects.select_for_update().filter(pk=entitlement_id).first()
    if row is None:
        raise EntitlementUnknown(entitlement=entitlement_id)
    if not Use.objects.filter(entitlement=row, usage_id=usage_id).exists():
        _count(row, usage_id, at, seconds, octets)
    return left_of(row, at=at)


def left_of(row: Entitlement, *, at: datetime) -> Left:
    over = row.ends_at is not None and row.ends_at <= at
    used_up = over or row.seconds_left == 0 or row.octets_left == 0
    return Left(row.seconds_left, row.octets_left, used_up)


def _count(row: Entitlement, usage_id: str, at: datetime, seconds: int, octets: int) -> None:
    """Lower what is limited by what was used of it. The caller holds the row's lock."""
    seconds_counted = seconds if row.seconds_left is None else min(seconds, row.seconds_left)
    octets_counted = octets if row.octets_left is None else min(octets, row.octets_left)
    Use.objects.create(
        entitlement=row,
        usage_id=usage_id,
        seconds=seconds,
        octets=octets,
        seconds_counted=seconds_counted,
        octets_counted=octets_counted,
        used_at=at,
    )
    if row.seconds_left is not None:
        row.seconds_left -= seconds_counted
    if row.octets_left is not None:
        row.octets_left -= octets_counted
    row.save(update_fields=["seconds_left", "octets_left"])
