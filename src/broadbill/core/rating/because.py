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
    "whole_amount": "{0} × {1} = {2}",
    "part_amount": "{0} × {1} × {2} ÷ {3} = {4}",
    "part_of_whole": "{0} × {1} ÷ {2} = {3}",
    "flat": "{0}",
    "blocks": "{0} started × {2} for each {1} = {3}",
    "tier_entered": "tier {0} entered: + {1}",
    "in_tier": "{0} lies in tier {1}",
    "sum": "together {0}",
    "used": "{0} used",
    "used_and_covered": "{0} used, {1} covered by the allowance, {2} left",
    "allowance": "allowance {0}",
    "allowance_carried": "allowance {0} and {1} carried over",
    "allowance_pooled": "{0} covered by the allowance of pool {1}",
    "no_record": "nothing was recorded",
    "minimum": "raised to the minimum {0}",
    "ceiling": "limited to {0}",
    "percentage": "{0} records, {1} of them free, value {2} at {3} %: {4}",
    "percentile": "percentile {0}: item {1} of {2} is {3} Mbps",
    "no_samples": "no samples: the commit {0} is billed",
    "commit_and_overage": "{0} × {1} + {2} × {3} = {4}",
    "calls": "{0} calls, {1} seconds as charged: {2}",
    "band": "band {0}: {1} records, {2}",
    "rounded": "rounded to {0}",
    "deposit_held": "held as a deposit from {0}",
    "deposit_returned": "returned on {0}",
    "commitment": "{0} committed from {1} to {2}, {3} spent: {4} short",
    "term_left": "service ends on {0}, the term on {1}",
    "fee_of_rest": "{1} % of {0} left to pay",
    "fee_flat": "fee {0}",
    "fee_declining": "{0} less {1} full months × {2} = {3}",
    "discount_percent": "{0} % of {1} = {2}",
    "discount_holds": "it holds from {0} to {1}",
    "discount_amount": "{0} off for {1} to {2}: the share of this line is {3}",
    "outage_units": "out from {0}: {1} × {2} = {3}",
    "outage_step": "out for {0} minutes: {1} % of {2} = {3}",
    "outage_limited": "limited to {0}, what the period cost",
    "indexed": "{0} × (1 + {1} %)^{2} = {3}",
    "agreed_price": "agreed price",
    "phase_price": "introductory price, period {0} of {1}",
    "list_price_from": "list price from {0}",
    "trial": "not charged: trial until {0}",
    "free_first": "not charged: free until the first whole period",
    "free_period": "not charged: free period {0} of {1}",
    "once": "due once, on {0}",
    "manual_charge": "charged on {0}",
    "goodwill": "{0} of {1} credited, {2} left",
    "line_credit": "{0} credited on the line from {1}, which was {2}",
    "net_of_inclusive": "{0} less the tax inside is {1}",
    "difference": "{0} − {1} = {2}",
}


def render_because(step: Step, translate: Callable[[str], str] = str) -> str:
    """The step in words. `translate` is given the English text with its numbered places.

    Raises: KeyError for a code this version does not know (a caller's bug).
    """
    code, *values = step
    return translate(TEXTS[code]).format(*values)
