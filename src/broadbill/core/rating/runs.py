"""Runs: the consecutive days in which a subscription's plans hold a charge of one code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.core.rating.plans import Charge
from broadbill.core.rating.timeline import Segment, Subscription


@dataclass(slots=True, eq=False)
class Run:
    """Segments in turn, each with the charge its plan has under the code; their periods are the same.

    `entered` and `left` say whether a change of plan began or ended the run.
    """

    parts: list[tuple[Segment, Charge]]
    entered: bool
    left: bool = False

    @property
    def charge(self) -> Charge:
        return self.parts[0][1]

    @property
    def starts(self) -> date:
        return self.parts[0][0].starts

    @property
    def ends(self) -> date:
        return self.parts[-1][0].ends


def runs_of(life: Subscription, kind: str) -> list[Run]:
    """The runs of every charge of a type, in the order they begin."""
    if len(life.segments) == 1:
        segment = life.segments[0]
        only = segment.state.plan.charges.values()
        return [Run([(segment, charge)], entered=False) for charge in only if charge.type == kind]
    found: list[Run] = []
    current: dict[str, Run] = {}
    for segment in life.segments:
        going: dict[str, Run] = {}
        for charge in segment.state.plan.charges.values():
            if charge.type != kind:
                continue
            run = current.get(charge.code)
            if run is not None and _same_periods(run.charge, charge):
                run.parts.append((segment, charge))
            else:
                run = Run([(segment, charge)], entered=segment.starts > life.starts)
                found.append(run)
            going[charge.code] = run
        for code, run in current.items():
            run.left = run.left or going.get(code) is not run
        current = going
    return found


def _same_periods(one: Charge, other: Charge) -> bool:
    return one is other or (
        one.cycle == other.cycle and one.trial_days == other.trial_days and one.in_advance == other.in_advance
    )
