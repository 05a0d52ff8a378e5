"""Recurring charges: each period's stretches at one price, with the day each is billed (fine print 1 to 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from broadbill.core.period import Period
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Step
from broadbill.core.rating.cycles import Calendar
from broadbill.core.rating.layers import Layer, layers_of
from broadbill.core.rating.owed import Cycling, Owed
from broadbill.core.rating.plans import Charge, Price
from broadbill.core.rating.prices import Priced, price_cuts, price_on
from broadbill.core.rating.proration import length, measure_of
from broadbill.core.rating.runs import Run
from broadbill.core.rating.stretches import Rated, Share, rate_amount, rate_stretch
from broadbill.core.rating.timeline import ONE_DAY, Subscription

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Base:
    """One period of a charge: the days lived, the anchored period, its number, and what parts are measured against."""

    span: Period
    whole: Period
    index: int
    length: int
    note: Step | None


class Piece(NamedTuple):
    """Days of a period at one price."""

    starts: date
    ends: date
    charge: Charge
    units: Decimal
    price: Priced

    def goes_on(self, other: Piece) -> bool:
        """Whether the other piece is this one going on: the same plan, units and price, with no gap."""
        return (
            self.ends == other.starts
            and self.charge is other.charge
            and self.units == other.units
            and self.price.model == other.price.model
        )


@dataclass(slots=True, eq=False)
class RecurringRating:
    """Rates one run of a recurring charge of one subscription.

    `trial_ends` is the first day charged at all, `charging` the first after a free first part too; periods
    are counted from it.
    """

    life: Subscription
    run: Run
    account: AccountTerms
    calendar: Calendar
    begins: date
    ends: date
    trial_ends: date
    charging: date
    measure: str
    counts: bool
    cycling: Cycling

    @staticmethod
    def of(life: Subscription, run: Run, account: AccountTerms) -> RecurringRating:
        charge, policy = run.charge, life.policy
        calendar = life.calendar(charge)
        trial_ends = charging = life.charging_starts(charge)
        if policy.first_period == "free":
            first = calendar.span(trial_ends)
            charging = trial_ends if first.starts == trial_ends else first.ends
        measure = measure_of(policy.proration, charge.cycle)
        return RecurringRating(
            life,
            run,
            account,
            calendar,
            begins=max(run.starts, charging),
            ends=min(run.ends, life.service_ends(charge)),
            trial_ends=trial_ends,
            charging=charging,
            measure=measure,
            counts=any(charge.counts_periods for _, charge in run.parts),
            cycling=Cycling(calendar, charging, charge.free_periods, measure),
        )

    def owed(self, *, since: date | None, on: date) -> tuple[list[Owed], date | None]:
        """What falls due from `since` to `on`, and the next day on which something may fall due."""
        found: list[Owed] = []
        upcoming: list[date] = []
        moment = self.begins
        if since is not None:
            # In arrears what began before is billed later; what runs out after a change, even after the run.
            skipped = since if self.run.charge.in_advance else min(since, self.ends) - ONE_DAY
            moment = max(moment, skipped)
        while moment < self.ends:
            span = self.calendar.span(moment)
            falls_due = max(span.starts, self.trial_ends)
            if falls_due > on:
                upcoming.append(falls_due)
                break
            if since is not None and self.run.charge.in_advance and falls_due < since:
                moment = span.ends
                continue
            for owed in self._period(span, moment):
                if owed.due > on:
                    upcoming.append(owed.due)
                elif since is None or owed.due >= since:
                    found.append(owed)
            moment = span.ends
        return found, min(upcoming, default=None)

    def _period(self, span: Period, moment: date) -> list[Owed]:
        policy, cancelled = self.life.policy, self.life.cancelled
        if policy.on_cancel == "full" and cancelled is not None and cancelled in span:
            return []
        base = self._base(span, moment)
        if policy.proration == "none" or policy.on_change == "none":
            never = policy.proration == "none"
            service_ends = self.life.service_ends(self.run.charge)

            def same_price(charge: Charge, one: Price | None, other: Price | None, day: date) -> bool:
                return (
                    self._price(charge, one, base, day).model == self._price(charge, other, base, day).model
                )

            layers = layers_of(
                self.run,
                span,
                begins=self.begins,
                service_ends=service_ends,
                index=base.index,
                same_price=same_price,
            )
            return [
                owed
                for layer in layers
                for owed in (self._never_prorated(layer, base) if never else self._layer(layer, base))
            ]
        return self._stretches(base)

    def _base(self, span: Period, moment: date) -> Base:
        """What the parts of a period are measured against: the whole anchored period (fine print 3 and 22)."""
        index = self.calendar.distance(self.charging, moment) if self.counts else 0
        whole = self.calendar.anchored(moment)
        if self.life.policy.first_period == "full" and span.starts < self.trial_ends < span.ends:
            return Base(
                span, whole, index, max(self._length(self.trial_ends, span.ends), 1), ("first_whole",)
            )
        return Base(span, whole, index, max(self._length(whole.starts, whole.ends), 1), None)

    def _stretches(self, base: Base) -> list[Owed]:
        """Each part at one price, prorated by its own days."""
        if len(self.run.parts) == 1 and not self.counts and not self.run.charge.price_moves:
            return self._only_stretch(base)
        pieces: list[Piece] = []
        for segment, charge in self.run.parts:
            starts = max(segment.starts, base.span.starts, self.begins)
            ends = min(segment.ends, base.span.ends, self.ends)
            if starts >= ends or segment.state.paused or base.index < charge.free_periods:
                continue
            units = segment.state.quantity if charge.by_quantity else ONE
            agreed = segment.state.agreed_price(charge.code)
            for a, b, price in self._at_one_price(charge, agreed, base, starts, ends):
                piece = Piece(a, b, charge, units, price)
                if pieces and pieces[-1].goes_on(piece):
                    pieces[-1] = pieces[-1]._replace(ends=b)
                else:
                    pieces.append(piece)
        return [self._prorated(piece, base) for piece in pieces]

    def _only_stretch(self, base: Base) -> list[Owed]:
        """The one stretch of a period in which nothing changed: the same as `_stretches` finds, sooner."""
        segment, charge = self.run.parts[0]
        starts = max(segment.starts, base.span.starts, self.begins)
        ends = min(segment.ends, base.span.ends, self.ends)
        if starts >= ends or segment.state.paused:
            return []
        price = self._price(charge, segment.state.agreed_price(charge.code), base, starts)
        units = segment.state.quantity if charge.by_quantity else ONE
        return [self._prorated(Piece(starts, ends, charge, units, price), base)]

    def _prorated(self, piece: Piece, base: Base) -> Owed:
        part = self._length(piece.starts, piece.ends)
        share = Share(part, base.length, self.measure, base.note if part == base.length else None)
        rated = rate_stretch(
            piece.price,
            piece.units,
            share,
            piece.starts,
            piece.ends,
            self.account.currency,
            self.life.policy.rounding,
        )
        due = self._due(base.span, piece.ends)
        return self._owed(piece.charge, base, piece.starts, piece.ends, due, rated)

    def _layer(self, layer: Layer, base: Base) -> list[Owed]:
        """A layer's days, measured against the whole period, or against the days left when a change made it."""
        length_, note = base.length, base.note
        if layer.changed_on is not None:
            length_ = max(self._length(layer.changed_on, base.span.ends), 1)
            note = ("change_whole", layer.changed_on.isoformat())
        found: list[Owed] = []
        for starts, ends in layer.intervals:
            for a, b, price in self._at_one_price(layer.charge, layer.agreed, base, starts, ends):
                share = Share(self._length(a, b), length_, self.measure, note)
                due = self._due(base.span, base.span.ends if layer.run_out else b)
                found.append(
                    self._owed(layer.charge, base, a, b, due, self._of_layer(layer, price, share, a, b))
                )
        return found

    def _never_prorated(self, layer: Layer, base: Base) -> list[Owed]:
        """A started layer is charged whole to the period's end; a list price that moves in it shares it by days."""
        starts, ends = layer.intervals[0][0], base.span.ends
        cut_short = self._cancelled_in(base.span) and not layer.run_out
        due = self._due(base.span, layer.intervals[-1][1] if cut_short else ends)
        whole = max(self._length(starts, ends), 1)
        note = ("charged_whole", starts.isoformat(), ends.isoformat())
        found: list[Owed] = []
        for a, b, price in self._at_one_price(layer.charge, layer.agreed, base, starts, ends):
            share = Share(self._length(a, b), whole, self.measure, note)
            found.append(self._owed(layer.charge, base, a, b, due, self._of_layer(layer, price, share, a, b)))
        return found

    def _of_layer(self, layer: Layer, price: Priced, share: Share, starts: date, ends: date) -> Rated:
        """The layer's units at a price; where it is one of units added, only those."""
        currency, rounding = self.account.currency, self.life.policy.rounding
        units = layer.quantity if layer.charge.by_quantity else ONE
        if layer.less is None:
            return rate_stretch(price, units, share, starts, ends, currency, rounding)
        return rate_amount(price, units, layer.less, share, starts, ends, currency, rounding)

    def _price(self, charge: Charge, agreed: Price | None, base: Base, day: date) -> Priced:
        return price_on(
            self.life, charge, agreed, base.index - charge.free_periods, day, self.account.currency
        )

    def _at_one_price(
        self, charge: Charge, agreed: Price | None, base: Base, starts: date, ends: date
    ) -> list[tuple[date, date, Priced]]:
        """The days, cut where the list price moves by itself to another price."""
        if not charge.price_moves:
            return [(starts, ends, self._price(charge, agreed, base, starts))]
        cuts = price_cuts(self.life, charge, agreed, base.index - charge.free_periods, starts, ends)
        found: list[tuple[date, date, Priced]] = []
        for a, b in pairwise([starts, *cuts, ends]):
            price = self._price(charge, agreed, base, a)
            if found and found[-1][2].model == price.model:
                found[-1] = (found[-1][0], b, found[-1][2])
            else:
                found.append((a, b, price))
        return found

    def _cancelled_in(self, span: Period) -> bool:
        return self.life.cancelled is not None and self.life.service_ends(self.run.charge) <= span.ends

    def _due(self, span: Period, ends: date) -> date:
        """In advance the period's start; in arrears the stretch's end, or a charged day of cancelling itself."""
        if self.run.charge.in_advance:
            return max(span.starts, self.trial_ends)
        life = self.life
        if life.cancelled is not None and life.last_day_charged and life.policy.on_cancel != "none":
            return life.cancelled if ends == self.ends == life.cancelled + ONE_DAY else ends
        return ends

    def _length(self, starts: date, ends: date) -> int:
        return length(self.measure, starts, ends, self.account.timezone)

    def _owed(self, charge: Charge, base: Base, starts: date, ends: date, due: date, rated: Rated) -> Owed:
        return Owed(
            subscription=self.life.id,
            charge=charge.code,
            kind="recurring",
            description=charge.description,
            order=(self.life.order, charge.position),
            due=due,
            period=base.whole,
            starts=starts,
            ends=ends,
            quantity=rated.quantity,
            unit_amount=rated.unit_amount,
            priced=rated.priced,
            category=charge.tax,
            price=rated.price,
            because=rated.because,
            cycle=self.cycling,
            parts=charge.parts,
        )
