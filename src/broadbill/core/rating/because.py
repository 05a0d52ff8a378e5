"""The arithmetic of a line in plain words, kept as codes and values so that it can be translated.

A step is a tuple: the code of its text, then the values the text names, all plain strings. Steps are
stored with the issued line and rendered when someone reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Step: TypeAlias = tuple[str, ...]
Because: TypeAlias = tuple[Step, ...]


def _(text: str) -> str:
    """Marks a text for the translators' tools (gettext); it is translated when somebody reads it."""
    return text


TEXTS: Final[dict[str, str]] = {
    "whole_period": _("{0} to {1} is a whole period"),
    "days_of_period": _("{0} to {1} is {2} of {3} days"),
    "seconds_of_period": _("{0} to {1} is {2} of {3} seconds"),
    "days30_of_period": _("{0} to {1} is {2} of {3} days of 30-day months"),
    "charged_whole": _("{0} to {1} is charged whole"),
    "first_whole": _("the first period is charged whole"),
    "change_whole": _("the new price is charged whole from {0}"),
    "whole_amount": _("{0} × {1} = {2}"),
    "part_amount": _("{0} × {1} × {2} ÷ {3} = {4}"),
    "units_added": _("{0} − {1} for the units before = {2}"),
    "part_of_whole": _("{0} × {1} ÷ {2} = {3}"),
    "flat": _("costs {0}"),
    "blocks": _("{0} started × {2} for each {1} = {3}"),
    "tier_up_to": _("tier {0} is up to {1}"),
    "tier_between": _("tier {0} is over {1}, up to {2}"),
    "tier_over": _("tier {0} is over {1}"),
    "tier_entered": _("tier {0} entered: + {1}"),
    "in_tier": _("{0} lies in tier {1}"),
    "sum": _("together {0}"),
    "used": _("{0} used"),
    "used_and_covered": _("{0} used, {1} covered by the allowance, {2} left"),
    "largest": _("the largest of {0} records is {1}"),
    "weighted": _("levels weighted by time: {0} on average over the whole period"),
    "quantity_rounded": _("the quantity is rounded to {0}"),
    "records_rounded": _("each record is rounded to {0}"),
    "allowance": _("allowance {0}"),
    "allowance_prorated": _("the allowance for {1} of the period: {0} × {1} = {2}"),
    "allowance_carried": _("allowance {0} and {1} carried over"),
    "allowance_pooled": _("pool {1} has {2} for all its members, spent oldest record first: {0} of it here"),
    "minimum": _("raised to the minimum {0}"),
    "minimum_prorated": _("raised to the minimum for {1} of the period: {0} × {1} = {2}"),
    "ceiling": _("limited to {0}"),
    "ceiling_prorated": _("limited to the most for {1} of the period: {0} × {1} = {2}"),
    # A percent sign, xgettext: no-python-format
    "percentage": _("records: {0}, free: {1}; {2} % of {3} charged = {4}"),
    "percentage_fixed": _("{0} for each of {1} records = {2}"),
    "records_raised": _("records raised to {0} each: {1}, + {2}"),
    "records_limited": _("records limited to {0} each: {1}, − {2}"),
    "percentile": _("percentile {0}: of {2} samples in ascending order, number {1} is {3} Mbps"),
    "no_samples": _("no samples: the commit is billed"),
    "commit_prorated": _("the commit for {1} of the period: {0} × {1} = {2}"),
    "commit_and_overage": _("committed {0} × {1} + {2} over it × {3} = {4}"),
    "calls": _("calls: {0}, seconds as charged: {1}, together {2}"),
    "calls_free": _("seconds covered by the allowance: {0}"),
    "calls_to": _("to {0}: {1} seconds × {2} a minute ÷ 60 = {3}"),
    "calls_anywhere": _("anywhere: {0} seconds × {1} a minute ÷ 60 = {2}"),
    "calls_connected": _("connected: {0} × {1} = {2}"),
    "band": _("band {0}, {1}, {2} to {3}: records {4}"),
    "band_otherwise": _("at other times: records {0}"),
    "rounded": _("rounded to {0}"),
    "deposit_held": _("held as a deposit from {0}"),
    "deposit_returned": _("returned on {0}"),
    "commitment_prorated": _("the commitment for {1} of the period: {0} × {1} = {2}"),
    "commitment": _("{0} committed from {1} to {2}, {3} spent: {4} short"),
    "term_left": _("service ends on {0}, the term on {1}"),
    "fee_part": _("until then {0} × {1} = {2}"),
    # A percent sign, xgettext: no-python-format
    "fee_of_rest": _("{1} % of {0} left to pay = {2}"),
    "fee_flat": _("fee {0}"),
    "fee_declining": _("{0} less {1} full months × {2} = {3}"),
    "allocated": _("the share of this part is {0} × {1} ÷ {2} = {3}, so that all parts add up"),
    # A percent sign, xgettext: no-python-format
    "discount_percent": _("{0} % of {1} = {2}"),
    # A percent sign, xgettext: no-python-format
    "discount_part": _("it holds from {0} to {1}: {2} % of {3} × {4} = {5}"),
    "discount_prorated": _("the discount for {1} of the period: {0} × {1} = {2}"),
    "discount_amount": _("{0} off for {1} to {2}"),
    "discount_share": _("the share of this line is {0} × {1} ÷ {2} = {3}, so that all shares add up"),
    "outage_day": _("a day of {0} to {1} is worth {2} ÷ {3}"),
    "outage_hour": _("an hour of {0} to {1} is worth {2} ÷ {3}"),
    "outage_multiple": _("credited {0} times"),
    "outage_units": _("out from {0}: {1} × {2} = {3}"),
    # A percent sign, xgettext: no-python-format
    "outage_step": _("out for {0} minutes: {1} % of {2} = {3}"),
    "outage_limited": _("limited to {0}, what the period cost"),
    # A percent sign, xgettext: no-python-format
    "indexed": _("{0} × (1 + {1} %)^{2} = {3}"),
    "agreed_price": _("agreed price"),
    "phase_price": _("introductory price, period {0} of {1}"),
    "list_price_from": _("list price from {0}"),
    "list_price_of_new": _("list price of those who came from {0} on"),
    "trial": _("not charged: trial until {0}"),
    "free_first": _("not charged: free until the first whole period"),
    "free_period": _("not charged: free period {0} of {1}"),
    "once": _("due once, on {0}"),
    "instalment": _("instalment {0} is {2} ÷ {1} = {3}, so that all add up"),
    "instalments_rest": _("{0} − {1} of earlier instalments = {2}, due at once on cancelling"),
    "manual_charge": _("charged on {0}"),
    "goodwill": _("{0} of {1} credited, {2} left"),
    "line_credit": _("{0} credited on the line from {1}, which was {2}"),
    "net_of_inclusive": _("{0} ÷ {1} = {2} without the tax inside"),
    "net_of_inclusive_fixed": _("({0} − {1}) ÷ {2} = {3} without the tax inside"),
    "net_in_parts": _("without the tax inside, {0} credited in all − {1} credited before = {2}"),
    "net_difference": _("without the tax inside, {0} owed now − {1} billed before = {2}"),
    "difference": _("{0} owed now − {1} billed before = {2}"),
}


def render_because(step: Step, translate: Callable[[str], str] = str) -> str:
    """The step in words. `translate` is given the English text with its numbered places.

    Raises: KeyError for a code this version does not know (a caller's bug).
    """
    code, *values = step
    return translate(TEXTS[code]).format(*values)
