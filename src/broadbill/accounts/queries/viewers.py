"""Which accounts a customer's sign-in sees."""

from __future__ import annotations

from broadbill.accounts.models import Account, Viewer


def accounts_seen_by(user_id: int) -> dict[str, str]:
    """The names of the accounts by their numbers, the first granted first, then those under them.

    Two queries at most.
    """
    rows = Viewer.objects.filter(user_id=user_id).order_by("id")
    granted = list(rows.values_list("account_id", "account__number", "account__name", "sees_children"))
    seen = {number: name for _, number, name, _ in granted}
    parents = [account_id for account_id, *_, sees_children in granted if sees_children]
    if parents:
        children = Account.objects.filter(parent__in=parents).order_by("number")
        seen |= dict(children.values_list("number", "name"))
    return seen
