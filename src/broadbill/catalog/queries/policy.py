from __future__ import annotations

from typing import Any

from broadbill.catalog.models import Policy


def current_policy() -> dict[str, Any]:
    """The billing conventions in force, in the scenario contract's shape; empty means its defaults."""
    policy = Policy.objects.order_by("-id").first()
    return dict(policy.content) if policy else {}
