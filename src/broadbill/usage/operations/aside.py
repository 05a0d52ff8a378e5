"""Records whose owner is not known: kept, counted, and recorded once somebody is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.kernel.locks import wait_for_lock
from broadbill.usage.domain.drafts import Claim, Draft, Resolve
from broadbill.usage.domain.owned import new_record, owners_of
from broadbill.usage.models import Aside, Source
from broadbill.usage.operations.record import TakenIn, record_usage
from broadbill.usage.queries.lines import OWN

LOCK = "usage.take_in"
RECORDS_PER_BATCH = 10_000


def keep_aside(*, source: Source, file: str, drafts: Sequence[Draft], now: datetime) -> int:
    """Keep records of nobody. Returns how many were not kept already."""
    rows = [
        Aside(
            source=source,
            record=draft.told["id"],
            file=file,
            line=draft.line,
            by=draft.claim.by,
            name=list(draft.claim.name),
            starts_at=draft.claim.starts,
            ends_at=draft.claim.ends,
            told={
                key: str(value) if isinstance(value, Decimal) else value for key, value in draft.told.items()
            },
            recorded_at=now,
        )
        for draft in drafts
    ]
    before = Aside.objects.filter(source=source).count()
    Aside.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return Aside.objects.filter(source=source).count() - before


@transaction.atomic
def settle_aside(*, now: datetime, actor: str, resolve: Mapping[str, Resolve] | None = None) -> TakenIn:
    """Record what was kept aside and has an owner now. `aside` is how much still waits."""
    wait_for_lock(LOCK)
    ways = {**OWN, **(resolve or {})}
    taken, last, waits = TakenIn(0, 0), 0, 0
    while rows := list(
        Aside.objects.filter(settled_at__isnull=True, id__gt=last).order_by("id")[:RECORDS_PER_BATCH]
    ):
        last = rows[-1].id
        drafts = {row.id: _draft(row) for row in rows}
        owners = owners_of([draft.claim for draft in drafts.values()], ways)
        found = {row_id: draft for row_id, draft in drafts.items() if draft.claim in owners}
        waits += len(rows) - len(found)
        if found:
            lock_accounts({owners[draft.claim].account_id for draft in found.values()})
            records = [new_record(draft, owners[draft.claim]) for draft in found.values()]
            taken += record_usage(records=records, now=now, actor=actor)
            Aside.objects.filter(id__in=list(found)).update(settled_at=now)
    return TakenIn(taken.stored, taken.repeated, aside=waits)


def _draft(row: Aside) -> Draft:
    claim = Claim(row.by, tuple(row.name), row.starts_at, row.ends_at)
    told: dict[str, Any] = row.told
    return Draft(row.line, claim, told)
