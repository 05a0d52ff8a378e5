"""Where files of usage come from, and by what names lines are known there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from broadbill.accounts.operations.lock import lock_account
from broadbill.contracts.queries.find import subscriptions_named
from broadbill.kernel.operations.events import record_event
from broadbill.usage.domain.errors import LineInvalid
from broadbill.usage.domain.file_map import parse_file_map
from broadbill.usage.models import Line, Source


@transaction.atomic
def set_source(*, code: str, file_map: Mapping[str, Any], now: datetime, actor: str) -> int:
    """Add a source, or give the one of that code another map. Raises: UsageMapInvalid."""
    parse_file_map(file_map)
    row, added = Source.objects.update_or_create(
        code=code,
        defaults={"map": dict(file_map)},
        create_defaults={"map": dict(file_map), "recorded_at": now},
    )
    record_event(
        actor=actor,
        verb="usage.source_added" if added else "usage.source_changed",
        object_type="usage_source",
        object_id=row.id,
        occurred_at=now,
        data={"source": code, "map": dict(file_map)},
    )
    return row.id


@transaction.atomic
def name_line(
    *, name: str, account: str, subscription: str, starts_at: datetime, now: datetime, actor: str
) -> None:
    """From an instant on, a switch's name is a subscription's; whoever had it before has it until then.

    Raises: LineInvalid.
    """
    found = subscriptions_named({(account, subscription)}).get((account, subscription))
    if found is None:
        raise LineInvalid(name=name, reason=f"there is no subscription {subscription} of account {account}")
    if not name.strip():
        raise LineInvalid(name=name, reason="it must not be empty")
    lock_account(found[0])
    overlapping = Line.objects.select_for_update().filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at), name=name
    )
    for other in overlapping:
        if other.starts_at >= starts_at:
            raise LineInvalid(
                name=name, reason=f"it is another's from {other.starts_at:%Y-%m-%d %H:%M} UTC on"
            )
        other.ends_at = starts_at
        other.save(update_fields=["ends_at"])
    Line.objects.create(
        name=name, subscription_id=found[1], starts_at=starts_at, recorded_at=now, recorded_by=actor
    )
    record_event(
        actor=actor,
        verb="usage.line_named",
        object_type="subscription",
        object_id=found[1],
        occurred_at=now,
        account_id=found[0],
        data={"name": name, "from": starts_at.isoformat()},
    )
