"""What a change would do to a customer's next bill and to those after it, without recording anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from broadbill.accounts.models import Account
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.billing.queries.readings import read_accounts
from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.policy import current_policy
from broadbill.contracts.domain.fact import event_of
from broadbill.core.money import Money
from broadbill.core.rating import History, Line, Rulebook, parse_event
from broadbill.core.rating.standing import Standing, standing
from broadbill.tax.queries.rules import tax_rules

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """A change to imagine: a fact of the scenario contract that is not recorded."""

    kind: str
    effective_on: date
    subscription_id: int
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bill:
    """What a run on a day would issue, taken together. `total` includes tax.

    `then` is what the changed subscription costs a whole period after that; nothing when it is over.
    """

    lines: tuple[Line, ...]
    total: Money
    then: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The next bill as things stand, and if the change is made."""

    on: date
    unchanged: Bill
    changed: Bill

    @property
    def difference(self) -> Money:
        return self.changed.total - self.unchanged.total


def what_if(*, account_id: int, change: Change, on: date | None = None) -> WhatIf:
    """Bill the account twice in thought, without and with the change. A fixed number of queries.

    The bill is that of the day `on`; without one, of the first day from the change on that has something to bill.
    Raises: ScenarioError for a change that rating could not read.
    """
    rulebook = Rulebook.parse({"policy": current_policy(), "plans": plans_content(), "taxes": tax_rules()})
    facts = Account.objects.values_list("facts_recorded", flat=True).get(pk=account_id)
    imagined = parse_event(
        facts + 1, event_of(change.kind, change.effective_on, change.subscription_id, change.detail)
    )
    [reading] = read_accounts(
        account_ids=[account_id], rulebooks=[rulebook], rulebook_ids=(), imagined=[imagined]
    )
    changed = reading._replace(events=(*reading.events, imagined))
    day = on or _next_bill((reading, changed), rulebook, change.effective_on)
    unchanged, then = (_bill(each, rulebook, day, change) for each in (reading, changed))
    return WhatIf(day, unchanged, then)


def _next_bill(readings: tuple[Reading, Reading], rulebook: Rulebook, since: date) -> date:
    """The first day from `since` on whose bill is not empty one way or the other; `since` when none ever is."""
    proposals = [propose_for(reading, rulebook=rulebook, on=since) for reading in readings]
    if any(proposal.documents for proposal in proposals):
        return since
    days = [proposal.next_due_on for proposal in proposals if proposal.next_due_on is not None]
    return min(days, default=since)


def _bill(reading: Reading, rulebook: Rulebook, on: date, change: Change) -> Bill:
    total = reading.terms.currency.zero
    lines: list[Line] = []
    for document in propose_for(reading, rulebook=rulebook, on=on).documents:
        lines.extend(document.lines)
        total += document.total
    after = standing(History(rulebook, reading.terms, reading.events), on=on + ONE_DAY)
    return Bill(tuple(lines), total, after.get(str(change.subscription_id), ()))
