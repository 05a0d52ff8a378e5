"""The arithmetic of a line in plain words, kept as codes and values so that it can be translated.

A step is a tuple: the code of its text, then the values the text names, all plain strings. Steps are
stored with the issued line and rendered when someone reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Step: TypeAlias = tuple[str, ...]
Because: TypeAlias = tuple[Step, ...]

TEXTS: Final[dict[str, str]] = {
    "whole_period": "{0} to {1} is a whole period",
    "days_of_period": "{0} to {1} is {2} of {3} days",
    "seconds_of_period": "{0} to {1} is {2} of {3} seconds",
    "days30_of_period": "{0} to {1} is {2} of {3} days of 30-day months",
    "charged_whole": "{0} to {1} is charged whole",
    "first_whole": "the first period is charged whole",
    "change_whole": "the new price is charged whole from {0}",
    "units_added": "{0} units added to {1}",
    "whole_amount": "{0} × {1} = {2}",
    "part_amount": "{0} × {1} × {2} ÷ {3} = {4}",
    "part_of_whole": "{0} × {1} ÷ {2} = {3}",
    "indexed": "{0} × (1 + {1} %)^{2} = {3}",
    "agreed_price": "agreed price",
    "phase_price": "introductory price, period {0} of {1}",
    "list_price_from": "list price from {0}",
    "trial": "not charged: trial until {0}",
    "free_period": "not charged: free period {0} of {1}",
    "once": "due once, on {0}",
    "manual_charge": "charged on {0}",
    "goodwill": "{0} of {1} credited, {2} left",
    "goodwill_returned": "a credit that was withdrawn: {0} is charged back",
    "line_credit": "{0} credited on the line from {1}, which was {2}",
    "net_of_inclusive": "{0} less the tax inside is {1}",
    "now_owed": "{0} is owed for {1} to {2} at this price",
    "was_billed": "{0} has been billed on {1}",
    "difference": "{0} − {1} = {2}",
}


def render_because(step: Step, translate: Callable[[str], str] = str) -> str:
    """The step in words. `translate` is given the English text with its numbered places.

    Raises: KeyError for a code this version does not know (a caller's bug).
    """
    code, *values = step
    return translate(TEXTS[code]).format(*values)
