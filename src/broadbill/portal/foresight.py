"""What a change would do to a customer's bills, line by line, and the proof of what they saw when they agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext

from broadbill.billing.queries.what_if import Change, WhatIf, what_if
from broadbill.contracts.queries.self_service import facts_seen
from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating import Line, render_because
from broadbill.core.rating.standing import Standing
from broadbill.documents.domain.wording import Wording


@dataclass(frozen=True, slots=True)
class Row:
    """A line that the change puts on the next bill; one that it takes off has the opposite sign."""

    description: str
    period: Period | None
    amount: Money
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """The next bill on a day with the change and without it, tax included, and what comes after it, in words.

    `rows` and `tax` make up the difference to the cent. `agreement` names what was seen: it is another one as soon as
    a figure is another, or anything was recorded of the account. `facts` counts what was recorded.
    """

    on: date
    bill: Money
    bill_now: Money
    rows: tuple[Row, ...]
    tax: Money
    then: str
    then_now: str
    facts: int
    agreement: str

    @property
    def difference(self) -> Money:
        return self.bill - self.bill_now


def foresee(*, account_id: int, change: Change) -> Foresight:
    """The same what-if as the office's and the command's. A fixed number of queries."""
    facts = facts_seen(account_id)
    seen = what_if(account_id=account_id, change=change)
    rows = tuple(_rows(seen))
    zero = seen.difference.currency.zero
    wording = Wording.of(get_language() or "en")
    then = _a_period(seen.changed.then, wording)
    return Foresight(
        on=seen.on,
        bill=seen.changed.total,
        bill_now=seen.unchanged.total,
        rows=rows,
        tax=seen.difference - sum((row.amount for row in rows), start=zero),
        then=then,
        then_now=_a_period(seen.unchanged.then, wording),
        facts=facts,
        agreement=f"{facts} {seen.on} {seen.unchanged.total} {seen.changed.total} {_figures(seen)}",
    )


def _rows(seen: WhatIf) -> list[Row]:
    changed, unchanged = Counter(seen.changed.lines), Counter(seen.unchanged.lines)
    gone = [_row(line, -line.amount) for line in (unchanged - changed).elements()]
    return [*gone, *(_row(line, line.amount) for line in (changed - unchanged).elements())]


def _row(line: Line, amount: Money) -> Row:
    period = Period(line.starts, line.ends) if line.starts and line.ends else None
    return Row(
        line.description, period, amount, tuple(render_because(step, gettext) for step in line.because)
    )


def _a_period(standings: Sequence[Standing], wording: Wording) -> str:
    costs = [wording.price_per(one.total, every=one.cycle.every, unit=one.cycle.unit) for one in standings]
    return ", ".join(costs) or gettext("nothing")


def _figures(seen: WhatIf) -> str:
    """What a whole period costs afterwards, in no language."""
    return " ".join(f"{one.cycle.every}{one.cycle.unit}:{one.total}" for one in seen.changed.then)
