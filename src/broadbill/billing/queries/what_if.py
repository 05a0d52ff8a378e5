"""What a change would do to a customer's next bill, from their real history, without recording anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.billing.queries.readings import read_accounts
from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.policy import current_policy
from broadbill.contracts.domain.fact import event_of
from broadbill.core.money import Money
from broadbill.core.rating import Line, Rulebook, parse_event
from broadbill.tax.queries.rules import tax_rules


@dataclass(frozen=True, slots=True)
class Change:
    """A change to imagine: a fact of the scenario contract that is not recorded."""

    kind: str
    effective_on: date
    subscription_id: int | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bill:
    """What a run on a day would issue, taken together. `total` includes tax."""

    lines: tuple[Line, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The bill on a day as things stand, and if the change is made."""

    on: date
    unchanged: Bill
    changed: Bill

    @property
    def difference(self) -> Money:
        return self.changed.total - self.unchanged.total


def what_if(*, account_id: int, change: Change, on: date) -> WhatIf:
    """Bill the account on a day twice in thought, without and with the change. A fixed number of queries.

    Raises: ScenarioError for a change that rating could not read.
    """
    [reading] = read_accounts(account_ids=[account_id], rulebook_ids=())
    rulebook = Rulebook.parse({"policy": current_policy(), "plans": plans_content(), "taxes": tax_rules()})
    imagined = parse_event(
        reading.facts_seen + 1,
        event_of(change.kind, change.effective_on, change.subscription_id, change.detail),
    )
    changed = reading._replace(events=(*reading.events, imagined))
    return WhatIf(on, _bill(reading, rulebook, on), _bill(changed, rulebook, on))


def _bill(reading: Reading, rulebook: Rulebook, on: date) -> Bill:
    total = reading.terms.currency.zero
    lines: list[Line] = []
    for document in propose_for(reading, rulebook=rulebook, on=on).documents:
        lines.extend(document.lines)
        total += document.total
    return Bill(tuple(lines), total)
