"""Keeping what a run went by."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from broadbill.billing.models import Policy, Rulebook
from broadbill.catalog.queries.plans import plans_content
from broadbill.core import rating
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.tax.queries.rules import tax_rules


def current_rulebook(*, now: datetime) -> Rulebook:
    """The plans, taxes and policy known now, stored once for equal content."""
    policy = Policy.objects.order_by("-id").first()
    content = {
        "policy": policy.content if policy else {},
        "plans": plans_content(),
        "taxes": tax_rules(),
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    stored = Rulebook.objects.filter(digest=digest).first()
    return stored or Rulebook.objects.create(digest=digest, content=content, recorded_at=now)


@transaction.atomic
def set_policy(*, content: dict[str, Any], now: datetime, actor: str) -> Policy:
    """Set the operator's billing conventions. Raises: ScenarioError naming the key that is wrong."""
    rating.Rulebook.parse({"policy": content, "plans": {}})
    policy = Policy.objects.create(content=content, recorded_at=now)
    event = NewEvent(
        occurred_at=now,
        actor=actor,
        verb="billing.policy_set",
        object_type="policy",
        object_id=str(policy.id),
        data=content,
    )
    record_events([event])
    return policy
