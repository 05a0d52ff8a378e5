"""Tax rules: which tax a line of a category owes in a region on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.reading import Fields, as_choice, as_day, as_decimal, as_flag, as_list, as_text

TAX_POINTS = ("document", "period_start")


TaxKey: TypeAlias = tuple[str, str, Decimal]


@dataclass(frozen=True, slots=True, eq=False)
class TaxRule:
    """One tax: `rate` percent of the net lines of a category, from a day to another (half-open)."""

    name: str
    category: str
    rate: Decimal
    inclusive: bool
    starts: date | None
    ends: date | None
    region: str | None
    on: tuple[str, ...]
    fixed_per_line: Decimal
    by_period_start: bool
    position: int

    @property
    def key(self) -> TaxKey:
        """What its entry on a document is summed up by."""
        return (self.name, self.category, self.rate)

    def holds_on(self, day: date) -> bool:
        return (self.starts is None or self.starts <= day) and (self.ends is None or day < self.ends)

    def holds_for(self, account: AccountTerms) -> bool:
        return self.region is None or self.region in (account.region, account.country)

    def exempts(self, account: AccountTerms) -> bool:
        return account.reverse_charge or not account.exempt.isdisjoint((self.name, self.category))


def parse_taxes(raw: object, path: str) -> tuple[TaxRule, ...]:
    """The rules, each tax after those it is charged on top of. Raises: ScenarioError."""
    rules = [_rule(item, f"{path}[{i}]", i) for i, item in enumerate(as_list(raw, path))]
    names = {rule.name for rule in rules}
    for i, rule in enumerate(rules):
        for k, base in enumerate(rule.on):
            if base not in names:
                refuse(f"{path}[{i}].on[{k}]", f"there is no tax {base!r}")
        if _reaches(rule.name, rule.on, rules):
            refuse(f"{path}[{i}].on", "taxes on taxes must not run in a circle")
    return tuple(rules)


def _reaches(name: str, on: tuple[str, ...], rules: list[TaxRule]) -> bool:
    """Whether the taxes `on`, or those they are charged on, include the name."""
    seen: set[str] = set()
    waiting = list(on)
    while waiting:
        base = waiting.pop()
        if base == name:
            return True
        if base not in seen:
            seen.add(base)
            waiting.extend(other for rule in rules if rule.name == base for other in rule.on)
    return False


def _rule(raw: object, path: str, position: int) -> TaxRule:
    fields = Fields(raw, path)
    rule = TaxRule(
        name=fields.need("name", as_text),
        category=fields.take("category", as_text, "standard"),
        rate=fields.take("rate", as_decimal, Decimal(0))
        if "fixed_per_line" in fields
        else fields.need("rate", as_decimal),
        inclusive=fields.take("inclusive", as_flag, False),
        starts=fields.maybe("from", as_day),
        ends=fields.maybe("to", as_day),
        region=fields.maybe("region", as_text),
        on=fields.items("on", as_text),
        fixed_per_line=fields.take("fixed_per_line", as_decimal, Decimal(0)),
        by_period_start=fields.take("tax_point", _tax_point, "document") == "period_start",
        position=position,
    )
    if rule.rate < 0:
        refuse(fields.at("rate"), "must not be negative")
    if rule.starts and rule.ends and rule.ends <= rule.starts:
        refuse(fields.at("to"), "must be after from")
    fields.done()
    return rule


def _tax_point(raw: object, path: str) -> str:
    return as_choice(raw, path, TAX_POINTS)


@dataclass(frozen=True, slots=True, eq=False)
class OwedTax:
    """A tax of a line, ready to compute with: rate = top ÷ bottom. `rank` puts it after what it is charged on."""

    rule: TaxRule
    rank: int
    key: TaxKey
    top: int
    bottom: int


@dataclass(frozen=True, slots=True, eq=False)
class TaxSet:
    """The rules that hold for a line, each after those it is charged on.

    `owed` leaves out what the account is exempt from. `inside` is the inclusive taxes' part of a net of 1
    and `fixed_inside` what they add to a line: net = (price − fixed inside) ÷ (1 + inside). `remainder`
    names the inclusive taxes, the last of which takes what the price holds beyond net and others; None
    where nothing is inside or the account is exempt from some of it.
    """

    owed: tuple[OwedTax, ...]
    inside: Fraction
    fixed_inside: Fraction
    remainder: tuple[TaxKey, ...] | None


def rules_for(
    rules: tuple[TaxRule, ...], category: str, on: date, starts: date | None, account: AccountTerms
) -> TaxSet:
    """The taxes of a line of a category on a document of the date `on`, whose service begins on `starts`."""
    found = [
        rule
        for rule in rules
        if rule.category == category
        and rule.holds_for(account)
        and rule.holds_on(starts if rule.by_period_start and starts is not None else on)
    ]
    ordered = _bases_first(found)
    parts: dict[str, Fraction] = {}
    fixed: dict[str, Fraction] = {}
    for rule in ordered:
        rate = Fraction(rule.rate) / 100
        stacked = sum((parts.get(base, Fraction(0)) for base in rule.on), Fraction(1))
        parts[rule.name] = parts.get(rule.name, Fraction(0)) + rate * stacked
        stacked_fixed = sum((fixed.get(base, Fraction(0)) for base in rule.on), Fraction(0))
        fixed[rule.name] = (
            fixed.get(rule.name, Fraction(0)) + Fraction(rule.fixed_per_line) + rate * stacked_fixed
        )
    inclusive = [rule for rule in ordered if rule.inclusive]
    names = {rule.name for rule in inclusive}
    exempt = any(rule.exempts(account) for rule in inclusive)
    return TaxSet(
        owed=tuple(_owed(rule, rank) for rank, rule in enumerate(ordered) if not rule.exempts(account)),
        inside=sum((parts[name] for name in names), Fraction(0)),
        fixed_inside=sum((fixed[name] for name in names), Fraction(0)),
        remainder=tuple(rule.key for rule in inclusive) if inclusive and not exempt else None,
    )


def _owed(rule: TaxRule, rank: int) -> OwedTax:
    top, bottom = (Fraction(rule.rate) / 100).as_integer_ratio()
    return OwedTax(rule, rank, rule.key, top, bottom)


def _bases_first(rules: list[TaxRule]) -> list[TaxRule]:
    """The rules in their order, but each after those it is charged on."""
    ordered: list[TaxRule] = []
    waiting = list(rules)
    while waiting:
        pending = {rule.name for rule in waiting}
        ready = [rule for rule in waiting if pending.isdisjoint(rule.on)]
        ordered.extend(ready)
        waiting = [rule for rule in waiting if rule not in ready]
    return ordered
