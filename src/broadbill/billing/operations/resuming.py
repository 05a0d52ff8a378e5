"""Where the next run may begin to rate an account."""

from __future__ import annotations

from collections.abc import Collection

from broadbill.billing.models import AccountState


def rate_anew(*, account_id: int, changed: Collection[str]) -> None:
    """Have the next run rate an account from the beginning when its zone has changed.

    The zone decides how long a period lasts, also one that was billed. `changed` are fields of the profile; the
    others, but for the currency and the anchor, which are fixed, only say what the next documents look like.
    """
    if "timezone" in changed:
        AccountState.objects.filter(account_id=account_id).update(resume_on=None)
