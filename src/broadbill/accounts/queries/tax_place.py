from __future__ import annotations

from typing import Any

from broadbill.accounts.models import Account


def tax_place_of(account_id: int) -> dict[str, Any]:
    """What decides about an account's taxes, in the shape of a scenario's account. One query."""
    profile = Account.objects.select_related("profile").get(pk=account_id).profile
    place: dict[str, Any] = {
        "country": profile.country,
        "region": profile.region,
        "tax_id": profile.tax_id,
        "exempt": list(profile.tax_exempt),
        "reverse_charge": profile.reverse_charge,
    }
    return place
