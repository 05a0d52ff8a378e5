"""When an account will be billed next."""

from __future__ import annotations

from datetime import date

from broadbill.billing.models import AccountState


def next_bill_on(account_id: int) -> date | None:
    """The earliest day on which a run could owe something new if nothing changes; None when never, or never billed."""
    return AccountState.objects.filter(account_id=account_id).values_list("next_due_on", flat=True).first()
