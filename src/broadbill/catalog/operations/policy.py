"""Setting the conventions of billing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from broadbill.catalog.models import Policy
from broadbill.core.rating import Rulebook
from broadbill.kernel.operations.events import record_event


@transaction.atomic
def set_policy(*, content: dict[str, Any], now: datetime, actor: str) -> Policy:
    """Set the operator's billing conventions. Raises: ScenarioError naming the key that is wrong."""
    Rulebook.parse({"policy": content, "plans": {}})
    policy = Policy.objects.create(content=content, recorded_at=now)
    record_event(
        actor=actor,
        verb="policy.set",
        object_type="policy",
        object_id=policy.id,
        occurred_at=now,
        data=content,
    )
    return policy
