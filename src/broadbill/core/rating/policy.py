"""The billing conventions of a scenario: `policy`, read once and shared by every account of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from broadbill.core.money import Rounding
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.reading import Fields, as_whole

PRORATION = ("day", "second", "month30", "none")
TRIAL_ANCHOR = ("start", "trial_end")
FIRST_PERIOD = ("prorate", "full", "free")
ON_CANCEL = ("prorate", "none", "full")
CANCEL_DAY = ("free", "charged")
ON_CHANGE = ("prorate", "next_period", "none")
ROUNDING = ("half_up", "half_even", "down")
TAX_ROUNDING = ("document", "line")
CORRECTIONS = ("inline", "credit_note")
USAGE_LATE = ("next_bill", "drop")


@dataclass(frozen=True, slots=True)
class Anchor:
    """On which day periods begin.

    `day` is a day of the month (1 to 31, clamped to the month's last day) or "start" for the
    anniversaries of the subscription's own start. `month` fixes the months in which periods longer
    than a month begin; `weekday` (1 Monday to 7 Sunday) the day on which weeks begin.
    """

    day: int | Literal["start"] = 1
    month: int | None = None
    weekday: int | None = None

    @staticmethod
    def parse(raw: object, path: str) -> Anchor:
        """Raises: ScenarioError."""
        fields = Fields(raw, path)
        anchor = Anchor(
            day=fields.take("day", read_anchor_day, 1),
            month=fields.maybe("month", lambda r, p: as_whole(r, p, least=1, most=12)),
            weekday=fields.maybe("weekday", lambda r, p: as_whole(r, p, least=1, most=7)),
        )
        fields.done()
        return anchor


def read_anchor_day(raw: object, path: str) -> int | Literal["start"]:
    if raw == "start":
        return "start"
    if isinstance(raw, str) and not raw.isdecimal():
        refuse(path, 'must be a day from 1 to 31 or "start"')
    return as_whole(raw, path, least=1, most=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every billing convention; the defaults are the contract's."""

    proration: str = "day"
    anchor: Anchor = Anchor()
    trial_anchor: str = "start"
    first_period: str = "prorate"
    on_cancel: str = "prorate"
    cancel_day: str = "free"
    on_change: str = "prorate"
    rounding: Rounding = Rounding.HALF_UP
    tax_rounding: str = "document"
    corrections: str = "inline"
    usage_late: str = "next_bill"

    @staticmethod
    def parse(raw: object, path: str) -> Policy:
        """Raises: ScenarioError."""
        fields = Fields(raw, path)
        policy = Policy(
            proration=fields.choice("proration", PRORATION),
            anchor=fields.take("anchor", Anchor.parse, Anchor()),
            trial_anchor=fields.choice("trial_anchor", TRIAL_ANCHOR),
            first_period=fields.choice("first_period", FIRST_PERIOD),
            on_cancel=fields.choice("on_cancel", ON_CANCEL),
            cancel_day=fields.choice("cancel_day", CANCEL_DAY),
            on_change=fields.choice("on_change", ON_CHANGE),
            rounding=Rounding(fields.choice("rounding", ROUNDING)),
            tax_rounding=fields.choice("tax_rounding", TAX_ROUNDING),
            corrections=fields.choice("corrections", CORRECTIONS),
            usage_late=fields.choice("usage_late", USAGE_LATE),
        )
        fields.done()
        return policy
