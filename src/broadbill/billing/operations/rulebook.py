"""Keeping what a run went by."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from broadbill.billing.models import Rulebook
from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.policy import current_policy
from broadbill.tax.queries.rules import tax_rules


def current_rulebook(*, now: datetime) -> Rulebook:
    """The plans, taxes and policy known now, stored once for equal content."""
    content = {"policy": current_policy(), "plans": plans_content(), "taxes": tax_rules()}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    stored = Rulebook.objects.filter(digest=digest).first()
    if stored is None:
        # Two who look at once both write it, and one row stands.
        fresh = Rulebook(digest=digest, content=content, recorded_at=now)
        Rulebook.objects.bulk_create([fresh], ignore_conflicts=True)
        stored = Rulebook.objects.get(digest=digest)
    return stored
