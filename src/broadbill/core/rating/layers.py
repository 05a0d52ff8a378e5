"""Changes that are charged whole: `on_change: none` and `proration: none` (fine print 10 and 21).

In one period each price is a layer: the first holds from the beginning of service, each changed price from
the day of its change, and the old one is not credited, so it runs out to the end of the period. More
units are a layer of the units added; fewer units change nothing before the next period.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from broadbill.core.period import Period
from broadbill.core.rating.plans import Charge, Price
from broadbill.core.rating.runs import Run

SamePrice: TypeAlias = Callable[[Charge, Price | None, Price | None, date], bool]


@dataclass(slots=True, eq=False)
class Layer:
    """One price of a period and the days it is charged for.

    `less` is set for units added: the amount is that of `quantity` less that of `less` units.
    `changed_on` is the day of the change that made the layer; `run_out` says a later change ended it.
    """

    charge: Charge
    agreed: Price | None
    quantity: Decimal
    less: Decimal | None
    changed_on: date | None
    intervals: list[tuple[date, date]] = field(default_factory=list)
    run_out: bool = False

    def hold(self, starts: date, ends: date) -> None:
        """Charge for more days, joined to the last ones where they meet."""
        if starts >= ends:
            return
        if self.intervals and self.intervals[-1][1] == starts:
            self.intervals[-1] = (self.intervals[-1][0], ends)
        else:
            self.intervals.append((starts, ends))

    def let_run_out(self, changed_on: date, ends: date) -> None:
        """The price was changed: what was in force then is charged to the end of the period."""
        if not self.run_out and self.intervals and self.intervals[-1][1] == changed_on:
            self.hold(changed_on, ends)
        self.run_out = True


def layers_of(
    run: Run, span: Period, *, begins: date, service_ends: date, index: int, same_price: SamePrice
) -> list[Layer]:
    """The layers of one period of a run, in the order they begin.

    Args: `same_price` tells whether two agreements (None: the list price) come to the same price on a day.
    """
    layers: list[Layer] = []
    current: Layer | None = None
    quantity = Decimal(0)
    first = run.parts[0][0]
    for segment, charge in run.parts:
        starts = max(segment.starts, span.starts, begins)
        ends = min(segment.ends, span.ends)
        if starts >= min(ends, service_ends) or index < charge.free_periods:
            continue
        state = segment.state
        agreed = state.agreed_price(charge.code)
        by_change = segment.starts == starts > span.starts and (run.entered or segment is not first)
        changed_on = starts if by_change else None
        if (
            current is None
            or current.charge is not charge
            or not same_price(charge, current.agreed, agreed, starts)
        ):
            for layer in layers:
                layer.let_run_out(starts, span.ends)
            current = Layer(charge, agreed, state.quantity, None, changed_on)
            layers.append(current)
        elif charge.by_quantity and state.quantity > quantity:
            layers.append(Layer(charge, agreed, state.quantity, quantity, changed_on))
        current.agreed = agreed
        quantity = state.quantity
        if not state.paused:
            _hold(layers, starts, min(ends, service_ends))
    if run.left and run.ends < min(span.ends, service_ends):
        for layer in layers:
            layer.let_run_out(run.ends, span.ends)
    return [layer for layer in layers if layer.intervals]


def _hold(layers: list[Layer], starts: date, ends: date) -> None:
    for layer in layers:
        if not layer.run_out:
            layer.hold(starts, ends)
