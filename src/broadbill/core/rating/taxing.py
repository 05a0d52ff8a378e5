"""Taxes of a document: nets of inclusive prices, bases, rounding once a document or once a line.

Source: docs/algorithms/tax.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from broadbill.core.money import Money
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.lines import TaxEntry
from broadbill.core.rating.policy import Policy
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.rulebook import Rulebook, tax_set
from broadbill.core.rating.subtract import Draft
from broadbill.core.rating.tax_rules import TaxRule, TaxSet

# Lines that lower another line carry no fixed tax of their own: it belongs to the line they lower.
WITHOUT_FIXED = frozenset({"discount", "credit", "outage"})


@dataclass(slots=True, eq=False)
class Netted:
    """A draft with its net amount and the taxes it owes."""

    draft: Draft
    net: Money
    taxes: TaxSet | None

    @property
    def fixed_lines(self) -> int:
        """1 for a line charged, -1 for one given back: how often a tax fixed per line counts."""
        if self.draft.owed.kind in WITHOUT_FIXED:
            return 0
        return (self.draft.priced.minor > 0) - (self.draft.priced.minor < 0)


@dataclass(slots=True, eq=False)
class _Entry:
    """A tax being summed up: net base, fixed lines, and what inclusive prices hold beyond their nets."""

    rule: TaxRule
    rank: int
    net: int = 0
    fixed_lines: int = 0
    inside: int | None = None
    inside_of: set[tuple[str, str, Decimal]] = field(default_factory=set)
    base: int = 0
    amount: int = 0


def netted(draft: Draft, book: Rulebook, account: AccountTerms, on: date) -> Netted:
    """The draft with its net: an inclusive tax is taken out of the price, and the net is rounded."""
    category = draft.owed.category
    if category is None or not book.taxes:
        return Netted(draft, draft.priced, None)
    taxes = tax_set(book, category, on, draft.starts if book.by_period_start else None, account)
    if not taxes.inside and not taxes.fixed_inside:
        return Netted(draft, draft.priced, taxes)
    policy = book.policy
    net = _net(draft.priced, taxes, policy)
    if draft.billed is not None:
        # Nets are subtracted like prices, so that the sum of the lines stays what is owed; but when the tax
        # inside has changed since, the difference of the prices is taxed as of today.
        priced, was_net, lines = draft.billed
        if abs((_net(priced, taxes, policy) - was_net).minor) <= lines:
            net = sum((_net(part, taxes, policy) for part in draft.parts), account.currency.zero) - was_net
    return Netted(draft, net, taxes)


def _net(priced: Money, taxes: TaxSet, policy: Policy) -> Money:
    sign = (priced.minor > 0) - (priced.minor < 0)
    exact = (Fraction(priced.amount) - sign * taxes.fixed_inside) / (1 + taxes.inside)
    return posted(exact, priced.currency, policy.rounding)


def taxes_of(lines: Sequence[Netted], book: Rulebook, account: AccountTerms) -> tuple[TaxEntry, ...]:
    """The document's tax entries, in the order of the rules."""
    if not book.taxes:
        return ()
    if book.policy.tax_rounding == "document":
        entries = _summed(lines, book, account)
    else:
        entries = {}
        for line in lines:
            for key, part in _summed([line], book, account).items():
                whole = entries.setdefault(key, _Entry(part.rule, part.rank))
                whole.base += part.base
                whole.amount += part.amount
    currency = account.currency
    return tuple(
        TaxEntry(
            entry.rule.name,
            entry.rule.category,
            entry.rule.rate,
            Money(entry.base, currency),
            Money(entry.amount, currency),
        )
        for entry in sorted(entries.values(), key=lambda entry: entry.rule.position)
    )


def _summed(
    lines: Sequence[Netted], book: Rulebook, account: AccountTerms
) -> dict[tuple[str, str, Decimal], _Entry]:
    """Each tax on the sum of some lines, rounded once, by name, category and rate."""
    entries: dict[tuple[str, str, Decimal], _Entry] = {}
    for line in lines:
        if line.taxes is None:
            continue
        for rank, rule in enumerate(line.taxes.owed):
            key = (rule.name, rule.category, rule.rate)
            entry = entries.get(key)
            if entry is None:
                entry = entries[key] = _Entry(rule, rank)
            entry.rank = max(entry.rank, rank)
            entry.net += line.net.minor
            entry.fixed_lines += line.fixed_lines
        if line.taxes.remainder is not None:
            # What the price holds beyond its net is tax to the last cent: the last inclusive tax takes the rest.
            *others, last = line.taxes.remainder
            entry = entries[last]
            entry.inside = (entry.inside or 0) + (line.draft.priced - line.net).minor
            entry.inside_of.update(others)
    for key, entry in sorted(entries.items(), key=lambda item: item[1].rank):
        rule = entry.rule
        stacked = sum(
            other.amount
            for other in entries.values()
            if other.rule.name in rule.on and other.rule.category == rule.category
        )
        entry.base = entry.net + stacked
        if entry.inside is not None:
            entry.amount = entry.inside - sum(entries[other].amount for other in entry.inside_of)
        else:
            currency = account.currency
            exact = Fraction(entry.base) * Fraction(rule.rate) / 100 / 10**currency.digits
            exact += Fraction(rule.fixed_per_line) * entry.fixed_lines
            entry.amount = posted(exact, currency, book.policy.rounding).minor
    return entries
