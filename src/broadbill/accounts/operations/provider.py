"""Saying who bills."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from broadbill.accounts.domain.provider_details import checked_details
from broadbill.accounts.models import Provider
from broadbill.accounts.queries.provider import current_provider
from broadbill.kernel.operations.events import NewEvent, record_events


@transaction.atomic
def change_provider(*, changes: dict[str, Any], now: datetime, actor: str) -> Provider:
    """Record a new version of the provider's details with some fields changed. Raises: ProviderDetailIsInvalid."""
    changes = checked_details(changes)
    current = current_provider()
    content = {field.attname: getattr(current, field.attname) for field in Provider._meta.concrete_fields}
    content.update(changes, id=None, recorded_at=now)
    provider = Provider.objects.create(**content)
    record_events(
        [
            NewEvent(
                occurred_at=now,
                actor=actor,
                verb="provider.changed",
                object_type="provider",
                object_id=str(provider.id),
                data={"changed": sorted(changes)},
            )
        ]
    )
    return provider
