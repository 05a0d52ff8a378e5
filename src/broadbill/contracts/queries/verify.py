from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from broadbill.accounts.models import Account
from broadbill.contracts.models import SubscriptionTerm
from broadbill.contracts.queries.terms import terms_of
from broadbill.kernel.deviation import Deviation


def verify_terms() -> Iterator[Deviation]:
    """Check that the terms table says what the facts say, for every account whose history ever changed."""
    changed = (
        Account.objects.filter(facts__kind__in=CHANGING).distinct().select_related("profile").order_by("id")
    )
    for account in changed.iterator(chunk_size=500):
        rows = SubscriptionTerm.objects.filter(subscription__account=account, superseded_at=None)
        stand = Counter(
            (row.subscription_id, row.plan_id, row.quantity, row.state, row.holds.lower, row.holds.upper)
            for row in rows
        )
        owed = Counter(
            (term.subscription_id, term.plan_id, term.quantity, term.state, term.starts, term.ends)
            for term in terms_of(account)
        )
        if stand != owed:
            yield Deviation("terms", account.number, "its subscriptions' terms are not what its facts say")


CHANGING = (
    "change_plan", "change_quantity", "change_price", "change_anchor", "suspend", "resume", "cancel", "void",
)  # fmt: skip
