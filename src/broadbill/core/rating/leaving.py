"""What leaving on a day would cost, and until when a subscription is bound: for those who think of a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.core.money import Money
from broadbill.core.rating.cycles import add_months
from broadbill.core.rating.documents import Desk
from broadbill.core.rating.events import parse_event
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.history import History
from broadbill.core.rating.subtract import Bundle, fresh
from broadbill.core.rating.termination import termination_fees


@dataclass(frozen=True, slots=True)
class Leaving:
    """`term_ends` is the first day after the agreed term, None without one; `fee` is with tax, nothing when free."""

    term_ends: date | None
    fee: Money


def leaving(history: History, *, subscription: str, on: date) -> Leaving:
    """The fee for cancelling a subscription on a day, and the end of its term. Tax is that of the day.

    Raises: KeyError for a subscription that the history does not have (a caller's bug).
    """
    last = max(event.key for event in history.events)
    cancel = parse_event(last + 1, {"do": "cancel", "id": subscription, "at": on.isoformat()})
    imagined = history._replace(events=(*history.events, cancel))
    life = {life.id: life for life in Facts.of(imagined).lives}[subscription]
    fees, _ = termination_fees(life, history.account, since=None, on=on)
    zero = history.account.currency.zero
    total = zero
    if fees:
        desk = Desk(history.rulebook, history.account, on, zero)
        [document] = desk.write([Bundle([fresh(fee) for fee in fees])], ())
        total = document.total
    term = life.facts.sale.term_months
    return Leaving(None if term is None else add_months(life.starts, term), total)
