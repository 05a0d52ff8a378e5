"""The worklist of the daily proof: opened once, settled by a person or closed when the proof sees it gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from broadbill.kernel.deviation import Deviation
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import NewEvent, record_event, record_events
from broadbill.payments.domain.errors import FindingUnknown
from broadbill.payments.models import Finding
from broadbill.payments.operations.alarm import raise_alarm

FINDINGS_LOCK: Final = "payments.findings"
# Who closes what is gone.
PROOF: Final = "system:proof"


@transaction.atomic
def open_findings(found: Iterable[Deviation], *, now: datetime, actor: str) -> list[Finding]:
    """Open what is neither open nor settled by a person in the same words; return the new ones.

    The people who should know are written to in the same transaction, once for each finding.
    """
    wait_for_lock(FINDINGS_LOCK)
    known = set(Finding.objects.exclude(settled_by=PROOF).values_list("check_name", "subject", "words"))
    fresh = [one for one in dict.fromkeys(found) if (one.check, one.subject, one.finding) not in known]
    rows = Finding.objects.bulk_create(
        Finding(check_name=one.check, subject=one.subject, words=one.finding, found_at=now) for one in fresh
    )
    record_events(
        NewEvent(
            actor=actor,
            verb="proof.found",
            object_type="finding",
            object_id=str(row.id),
            occurred_at=now,
            data={"check": row.check_name, "subject": row.subject, "finding": row.words},
        )
        for row in rows
    )
    raise_alarm(found=rows, now=now)
    return rows


@transaction.atomic
def close_gone(found: Iterable[Deviation], *, now: datetime) -> int:
    """Close open findings that are not found any more; return how many."""
    wait_for_lock(FINDINGS_LOCK)
    still = {(one.check, one.subject, one.finding) for one in found}
    gone = [
        row.id
        for row in Finding.objects.filter(settled_at=None)
        if (row.check_name, row.subject, row.words) not in still
    ]
    return Finding.objects.filter(pk__in=gone).update(
        settled_at=now, settled_by=PROOF, note="the proof does not find it any more"
    )


@transaction.atomic
def settle_finding(*, finding_id: int, note: str, now: datetime, actor: str) -> Finding:
    """Take a finding off the worklist, saying what became of it. Raises: FindingUnknown."""
    row = Finding.objects.select_for_update().filter(pk=finding_id, settled_at=None).first()
    if row is None:
        raise FindingUnknown(finding=finding_id)
    row.settled_at, row.settled_by, row.note = now, actor, note
    row.save(update_fields=["settled_at", "settled_by", "note"])
    record_event(
        actor=actor,
        verb="proof.settled",
        object_type="finding",
        object_id=row.id,
        occurred_at=now,
        data={"subject": row.subject, "finding": row.words, "note": note},
    )
    return row
