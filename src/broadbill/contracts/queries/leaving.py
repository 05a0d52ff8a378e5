"""By what a subscription is bound, as things stand and if it changed plan."""

from __future__ import annotations

from datetime import date, timedelta

from broadbill.accounts.models import Account
from broadbill.accounts.queries.terms import account_terms
from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.policy import current_policy
from broadbill.contracts.domain.fact import event_of
from broadbill.contracts.queries.histories import read_events
from broadbill.core.rating import History, Rulebook, parse_event
from broadbill.core.rating.leaving import Leaving, leaving
from broadbill.tax.queries.rules import tax_rules

ONE_DAY = timedelta(days=1)


def leaving_before_and_after(
    *, account_id: int, subscription_id: int, plan: str, on: date
) -> tuple[Leaving, Leaving]:
    """What leaving on the day would cost as things stand, and on the day after with another plan from that day on.

    A fixed number of queries.
    """
    account = Account.objects.select_related("profile").get(pk=account_id)
    rulebook = Rulebook.parse({"policy": current_policy(), "plans": plans_content(), "taxes": tax_rules()})
    history = History(rulebook, account_terms(account.profile), read_events([account_id])[account_id])
    change = parse_event(
        account.facts_recorded + 1, event_of("change_plan", on, subscription_id, {"plan": plan})
    )
    changed = history._replace(events=(*history.events, change))
    name = str(subscription_id)
    # The fee is that of the plan of the day before one leaves, so the new plan's holds from the next day on.
    return leaving(history, subscription=name, on=on), leaving(changed, subscription=name, on=on + ONE_DAY)
