"""Taxes of a document: nets of inclusive prices, bases, rounding once a document or once a line.

Source: docs/algorithms/tax.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from broadbill.core.money import Money
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.because import Because
from broadbill.core.rating.lines import TaxEntry
from broadbill.core.rating.models.base import in_words
from broadbill.core.rating.policy import Policy
from broadbill.core.rating.rounding import posted, rounded
from broadbill.core.rating.rulebook import Rulebook, tax_set
from broadbill.core.rating.subtract import Draft
from broadbill.core.rating.tax_rules import OwedTax, TaxKey, TaxSet

# Lines that lower another line carry no fixed tax of their own: it belongs to the line they lower.
WITHOUT_FIXED = frozenset({"discount", "credit", "outage"})


@dataclass(slots=True, eq=False)
class Netted:
    """A draft with its net amount and the taxes it owes."""

    draft: Draft
    net: Money
    taxes: TaxSet | None
    words: Because = ()

    @property
    def fixed_lines(self) -> int:
        """1 for a line charged, -1 for one given back: how often a tax fixed per line counts."""
        if self.draft.owed.kind in WITHOUT_FIXED:
            return 0
        return (self.draft.priced.minor > 0) - (self.draft.priced.minor < 0)


@dataclass(slots=True, eq=False)
class _Entry:
    """A tax being summed up: net base, fixed lines, and what inclusive prices hold beyond their nets."""

    tax: OwedTax
    net: int = 0
    fixed_lines: int = 0
    inside: int | None = None
    inside_of: frozenset[TaxKey] = frozenset()
    base: int = 0
    amount: int = 0


def netted(draft: Draft, book: Rulebook, account: AccountTerms, on: date) -> Netted:
    """The draft with its net: an inclusive tax is taken out of the price, and the net is rounded."""
    category = draft.owed.category
    if category is None or not book.taxes:
        return Netted(draft, draft.priced, None)
    # A correction is taxed as of the line it corrects, not as of the day on which the two begin to differ.
    taxes = tax_set(book, category, on, draft.owed.starts if book.by_period_start else None, account)
    if not taxes.inside and not taxes.fixed_inside:
        return Netted(draft, draft.priced, taxes)
    policy = book.policy
    net = _net(draft.priced, taxes, policy)
    words = _net_words(draft.priced, taxes, net) if net != draft.priced else ()
    if draft.owed.after:
        # Credits of one line, in however many parts, give back its net in the end.
        together, before = (
            _net(draft.priced + draft.owed.after, taxes, policy),
            _net(draft.owed.after, taxes, policy),
        )
        net = together - before
        words = (("net_in_parts", str(together), str(before), str(net)),)
    if draft.billed is not None:
        # Nets are subtracted like prices, so that the sum of the lines stays what is owed; but when the tax
        # inside has changed since, the difference of the prices is taxed as of today.
        priced, was_net, lines = draft.billed
        if abs((_net(priced, taxes, policy) - was_net).minor) <= lines:
            owed = sum((_net(part, taxes, policy) for part in draft.parts), account.currency.zero)
            net = owed - was_net
            words = (("net_difference", str(owed), str(was_net), str(net)),)
    return Netted(draft, net, taxes, words)


def _net_words(priced: Money, taxes: TaxSet, net: Money) -> Because:
    divisor = in_words(1 + taxes.inside)
    if not taxes.fixed_inside:
        return (("net_of_inclusive", str(priced), divisor, str(net)),)
    sign = (priced.minor > 0) - (priced.minor < 0)
    return (("net_of_inclusive_fixed", str(priced), in_words(sign * taxes.fixed_inside), divisor, str(net)),)


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
                whole = entries.setdefault(key, _Entry(part.tax))
                whole.base += part.base
                whole.amount += part.amount
    currency = account.currency
    found = list(entries.values())
    if len(found) > 1:
        found.sort(key=lambda entry: entry.tax.rule.position)
    return tuple(
        [
            TaxEntry(*entry.tax.key, Money(entry.base, currency), Money(entry.amount, currency))
            for entry in found
        ]
    )


def _summed(lines: Sequence[Netted], book: Rulebook, account: AccountTerms) -> dict[TaxKey, _Entry]:
    """Each tax on the sum of some lines, rounded once, by name, category and rate."""
    entries: dict[TaxKey, _Entry] = {}
    for line in lines:
        if line.taxes is None:
            continue
        for tax in line.taxes.owed:
            entry = entries.get(tax.key)
            if entry is None:
                entry = entries[tax.key] = _Entry(tax)
            entry.net += line.net.minor
            if tax.rule.fixed_per_line:
                entry.fixed_lines += line.fixed_lines
        if line.taxes.remainder is not None:
            # What the price holds beyond its net is tax to the last cent: the last inclusive tax takes the rest.
            *others, last = line.taxes.remainder
            entry = entries[last]
            entry.inside = (entry.inside or 0) + (line.draft.priced - line.net).minor
            entry.inside_of = entry.inside_of.union(others)
    found = list(entries.values())
    if len(found) > 1:
        found.sort(key=lambda entry: entry.tax.rank)
    for entry in found:
        _compute(entry, entries, book, account)
    return entries


def _compute(entry: _Entry, entries: dict[TaxKey, _Entry], book: Rulebook, account: AccountTerms) -> None:
    """The base and amount of an entry; those it is charged on have been computed."""
    rule = entry.tax.rule
    entry.base = entry.net
    if rule.on:
        entry.base += sum(
            other.amount
            for other in entries.values()
            if other.tax.rule.name in rule.on and other.tax.rule.category == rule.category
        )
    if entry.inside is not None:
        entry.amount = entry.inside - sum(entries[other].amount for other in entry.inside_of)
    elif rule.fixed_per_line:
        exact = Fraction(entry.base) * entry.tax.top / entry.tax.bottom
        exact += Fraction(rule.fixed_per_line) * entry.fixed_lines * 10**account.currency.digits
        entry.amount = rounded(exact.numerator, exact.denominator, book.policy.rounding)
    else:
        entry.amount = rounded(entry.base * entry.tax.top, entry.tax.bottom, book.policy.rounding)
