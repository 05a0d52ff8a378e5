"""What a person says of an incident that probes found: it was one, it was none, or it is another's."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import IncidentInvalid
from broadbill.network.models import Affected, Detection, Incident
from broadbill.network.operations.incidents import end_incident


@transaction.atomic
def confirm_detection(*, incident_id: int, now: datetime, actor: str) -> None:
    """It was one. What its rule gives back is granted or declined as for any other. Raises: IncidentInvalid."""
    row = _unreviewed(incident_id)
    _say(row, Detection.Review.CONFIRMED, now, actor)


@transaction.atomic
def dismiss_detection(*, incident_id: int, now: datetime, actor: str) -> None:
    """It was a false alarm: over, nobody was out, nothing is given back. Raises: IncidentInvalid.

    The device opens no other before it has answered.
    """
    row = _unreviewed(incident_id)
    _forget(row, now, actor)
    _say(row, Detection.Review.DISMISSED, now, actor)


@transaction.atomic
def merge_detection(*, incident_id: int, into: int, now: datetime, actor: str) -> None:
    """It is part of another that goes on: whoever is under it is under that one, from the earlier beginning on.

    Raises: IncidentInvalid.
    """
    row = _unreviewed(incident_id)
    other = Incident.objects.select_for_update().filter(pk=into).exclude(pk=incident_id).first()
    if other is None or other.ends_at is not None:
        reason = f"incident {into} is over; time is credited once, so confirm this one instead"
        if other is None:
            reason = f"there is no other incident {into}"
        raise IncidentInvalid(incident=str(incident_id), reason=reason)
    under = list(Affected.objects.filter(incident=incident_id).values_list("subscription_id", flat=True))
    Affected.objects.bulk_create(
        (Affected(incident=other, subscription_id=each) for each in under), ignore_conflicts=True
    )
    other.starts_at = min(other.starts_at, row.incident.starts_at)
    other.save(update_fields=["starts_at"])
    _forget(row, now, actor)
    row.merged_into = other
    _say(row, Detection.Review.MERGED, now, actor, into=into)


def _unreviewed(incident_id: int) -> Detection:
    """Raises: IncidentInvalid."""
    rows = Detection.objects.select_related("incident").select_for_update(of=("self", "incident"))
    row = rows.filter(pk=incident_id).first()
    if row is None:
        raise IncidentInvalid(incident=str(incident_id), reason="it was declared, not found by probes")
    if row.review:
        raise IncidentInvalid(incident=str(incident_id), reason=f"it was {row.review} already")
    if row.incident.decision:
        reason = f"its credit was {row.incident.decision} already"
        raise IncidentInvalid(incident=str(incident_id), reason=reason)
    return row


def _forget(row: Detection, now: datetime, actor: str) -> None:
    """It counts nobody's time any more."""
    incident = row.incident
    if incident.ends_at is None:
        end_incident(incident_id=incident.id, ends_at=now, now=now, actor=actor, grants=False)
        incident.refresh_from_db()
    Affected.objects.filter(incident=incident).update(minutes=None, spans=[])
    incident.credit = {}
    incident.save(update_fields=["credit"])


def _say(row: Detection, review: Detection.Review, now: datetime, actor: str, **more: object) -> None:
    row.review, row.reviewed_at, row.reviewed_by = review, now, actor
    row.save()
    record_event(
        actor=actor,
        verb=f"incident.{review}",
        object_type="incident",
        object_id=row.incident_id,
        occurred_at=now,
        data=more,
    )
