"""Which accounts a customer's sign-in sees."""

from __future__ import annotations

from broadbill.accounts.models import Viewer


def accounts_seen_by(user_id: int) -> dict[str, str]:
    """The names of the accounts by their numbers, the first granted first. One query."""
    rows = Viewer.objects.filter(user_id=user_id).order_by("id")
    return dict(rows.values_list("account__number", "account__name"))
