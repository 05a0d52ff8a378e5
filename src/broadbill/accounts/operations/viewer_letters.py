"""Letters to who sees an account in the portal, about their way in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from broadbill.accounts.models import Account
from broadbill.accounts.queries.provider import current_provider
from broadbill.identity.models import User
from broadbill.messaging.operations.enqueue import enqueue
from broadbill.messaging.operations.write import write


def write_to_viewer(
    *, kind: str, user: User, account: Account, facts: Mapping[str, object], now: datetime
) -> None:
    """Queue a letter to the sign-in's address, in the account's language. Each call is another letter."""
    provider = current_provider()
    written = write(
        kind=kind,
        language=account.profile.language,
        facts={
            "name": account.profile.legal_name,
            "number": account.number,
            "seller": provider.name,
            "contact": provider.phone or provider.email,
            **facts,
        },
    )
    draft = written.to(
        user.email, object_type="user", object_id=f"{user.pk}/{now.isoformat()}", account_id=account.id
    )
    enqueue(draft=draft, now=now)
