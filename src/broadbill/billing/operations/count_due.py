"""How many accounts a run would look at."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.run import ACCOUNTS_PER_CHUNK, RunRequest, agreeing_rulebooks
from broadbill.billing.queries.due import cut_into_chunks


@transaction.atomic
def accounts_due(*, request: RunRequest, now: datetime) -> int:
    """Quick at any size, unlike `preview`: nothing is rated."""
    agreeing = agreeing_rulebooks(current_rulebook(now=now))
    due = request.due(agreeing)
    return sum(accounts for _first, _last, accounts in cut_into_chunks(due, ACCOUNTS_PER_CHUNK))
