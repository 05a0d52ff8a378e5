"""A scenario's own keys, the account, the policy and taxes."""

from __future__ import annotations

from typing import Any

from tests.core.limits.parts import DAY, FLAG, NUMBER, TEXT, UNKNOWN, ZONE, without
from tests.core.small_scenarios import scenario, tax

REFUSED: list[tuple[Any, str]] = [
    ([], "scenario: must be an object"),
    (scenario(currency=978), "currency: must be a currency code"),
    (scenario(timezone=""), f"timezone: {ZONE}"),
    (scenario(timezone=1), f"timezone: {ZONE}"),
    (scenario(bill="2026-01-01"), "bill: must be a list"),
    (
        scenario(bill=["2026-02-01", "2026-03-01", "2026-02-28"]),
        "bill[2]: must not be before the date in front of it",
    ),
    (scenario(bill=[20260101]), f"bill[0]: {DAY}"),
    (scenario(bill=["1899-12-31"]), f"bill[0]: {DAY}"),
    (scenario(bill=["2200-01-01"]), f"bill[0]: {DAY}"),
    (scenario(bill=["20260101"]), f"bill[0]: {DAY}"),
    (scenario(bill=["2026-1-1"]), f"bill[0]: {DAY}"),
    (scenario(events={}), "events: must be a list"),
    (scenario(events=["subscribe"]), "events[0]: must be an object"),
    (scenario(usage={}), "usage: must be a list"),
    (scenario(plans={"a": []}), "plans.a: must be an object"),
    (scenario(plans={"a": {}}), "plans.a.charges: is required"),
    (scenario(plans={"a": {"charges": "access"}}), "plans.a.charges: must be a list"),
    (scenario(plans={"a": {"name": "", "charges": []}}), f"plans.a.name: {TEXT}"),
    (scenario(plans={"a": {"charges": [], "allowance_pool": 1}}), f"plans.a.allowance_pool: {TEXT}"),
    (scenario(plans={"a": {"charges": [], "colour": 1}}), f"plans.a.colour: {UNKNOWN}"),
    # The account.
    (scenario(account=[]), "account: must be an object"),
    (scenario(account={"country": 1}), f"account.country: {TEXT}"),
    (scenario(account={"region": 1}), f"account.region: {TEXT}"),
    (scenario(account={"tax_id": 1}), f"account.tax_id: {TEXT}"),
    (scenario(account={"exempt": [1]}), f"account.exempt[0]: {TEXT}"),
    (scenario(account={"reverse_charge": 1}), f"account.reverse_charge: {FLAG}"),
    (scenario(account={"credit_balance": "x"}), f"account.credit_balance: {NUMBER}"),
    (scenario(account={"credit_balance": "0.005"}), "account.credit_balance: has more decimals than EUR has"),
    (scenario(account={"colour": 1}), f"account.colour: {UNKNOWN}"),
    # The policy.
    (scenario(policy=[]), "policy: must be an object"),
    (scenario(policy={"anchor": []}), "policy.anchor: must be an object"),
    (scenario(policy={"anchor": {"day": "end"}}), 'policy.anchor.day: must be a day from 1 to 31 or "start"'),
    (scenario(policy={"anchor": {"day": 0}}), "policy.anchor.day: must be a whole number from 1 to 31"),
    (scenario(policy={"anchor": {"day": 32}}), "policy.anchor.day: must be a whole number from 1 to 31"),
    (scenario(policy={"anchor": {"month": 0}}), "policy.anchor.month: must be a whole number from 1 to 12"),
    (scenario(policy={"anchor": {"month": 13}}), "policy.anchor.month: must be a whole number from 1 to 12"),
    (
        scenario(policy={"anchor": {"weekday": 0}}),
        "policy.anchor.weekday: must be a whole number from 1 to 7",
    ),
    (
        scenario(policy={"anchor": {"weekday": 8}}),
        "policy.anchor.weekday: must be a whole number from 1 to 7",
    ),
    (scenario(policy={"anchor": {"hour": 1}}), f"policy.anchor.hour: {UNKNOWN}"),
    (scenario(policy={"trial_anchor": "end"}), "policy.trial_anchor: must be one of start, trial_end"),
    (scenario(policy={"first_period": "half"}), "policy.first_period: must be one of prorate, full, free"),
    (scenario(policy={"on_cancel": "half"}), "policy.on_cancel: must be one of prorate, none, full"),
    (scenario(policy={"cancel_day": "half"}), "policy.cancel_day: must be one of free, charged"),
    (scenario(policy={"on_change": "half"}), "policy.on_change: must be one of prorate, next_period, none"),
    (scenario(policy={"rounding": "up"}), "policy.rounding: must be one of half_up, half_even, down"),
    (scenario(policy={"tax_rounding": "up"}), "policy.tax_rounding: must be one of document, line"),
    (scenario(policy={"corrections": "no"}), "policy.corrections: must be one of inline, credit_note"),
    (scenario(policy={"usage_late": "no"}), "policy.usage_late: must be one of next_bill, drop"),
    # Taxes.
    (scenario(taxes={}), "taxes: must be a list"),
    (scenario(taxes=[1]), "taxes[0]: must be an object"),
    (scenario(taxes=[without(tax(), "name")]), "taxes[0].name: is required"),
    (scenario(taxes=[without(tax(), "rate")]), "taxes[0].rate: is required"),
    (scenario(taxes=[tax(rate="-1")]), "taxes[0].rate: must not be negative"),
    (scenario(taxes=[tax(category="")]), f"taxes[0].category: {TEXT}"),
    (scenario(taxes=[tax(inclusive="no")]), f"taxes[0].inclusive: {FLAG}"),
    (scenario(taxes=[tax(**{"from": "x"})]), f"taxes[0].from: {DAY}"),
    (scenario(taxes=[tax(to="x")]), f"taxes[0].to: {DAY}"),
    (scenario(taxes=[tax(**{"from": "2026-01-01", "to": "2026-01-01"})]), "taxes[0].to: must be after from"),
    (scenario(taxes=[tax(region=1)]), f"taxes[0].region: {TEXT}"),
    (scenario(taxes=[tax(on=[1])]), f"taxes[0].on[0]: {TEXT}"),
    (scenario(taxes=[tax(on=["VAT"])]), "taxes[0].on: taxes on taxes must not run in a circle"),
    (
        scenario(taxes=[tax(name="A", on=["B", "C"]), tax(name="B"), tax(name="C", on=["B", "A"])]),
        "taxes[0].on: taxes on taxes must not run in a circle",
    ),
    (scenario(taxes=[tax(fixed_per_line="x")]), f"taxes[0].fixed_per_line: {NUMBER}"),
    (scenario(taxes=[tax(tax_point="now")]), "taxes[0].tax_point: must be one of document, period_start"),
    (scenario(taxes=[tax(colour=1)]), f"taxes[0].colour: {UNKNOWN}"),
]
