"""Billing is what is owed by everything known now, minus what has been billed.

Owed and billed lines meet by subscription, charge, period, price, category and source. What was billed
and is still owed cancels out; owed lines that were never billed pass as they are; any other difference
becomes one net line for each price: a correction (fine print 1 and 23).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.core.rating.because import Because, Step
from broadbill.core.rating.lines import DocumentName, IssuedDocument, Line
from broadbill.core.rating.owed import Owed

Place: TypeAlias = tuple[str | None, str | None, date | None, date | None]
Key: TypeAlias = tuple[Place, str | None, str | None, str | None, str]


@dataclass(slots=True, eq=False)
class Draft:
    """A line about to be posted: the owed line, or the difference from what was billed.

    `billed` is what stands billed under the same key, as priced and net, with the number of its lines; it
    is None for a line of its own. `parts` are the owed amounts the difference was taken of.
    """

    owed: Owed
    priced: Money
    starts: date | None
    ends: date | None
    quantity: Decimal | None
    because: Because
    billed: tuple[Money, Money, int] | None = None
    parts: tuple[Money, ...] = ()


@dataclass(slots=True, eq=False)
class Bundle:
    """The drafts of one place at one price: a line with its discounts and credits.

    `corrects` are the documents that hold lines of the place, by their place among the issued, when the bundle
    corrects them.
    """

    drafts: list[Draft] = field(default_factory=list)
    corrects: Mapping[DocumentName, int] = field(default_factory=dict)


def fresh(owed: Owed) -> Draft:
    """A line that was never billed."""
    return Draft(owed, owed.priced, owed.starts, owed.ends, owed.quantity, owed.because)


def subtract(
    owed: Sequence[Owed], issued: Sequence[IssuedDocument], currency: Currency, order: dict[str, int]
) -> list[Bundle]:
    """The bundles by which the documents issued so far differ from what is owed.

    Args: `order` is the place of each subscription on a document.
    """
    billed: dict[Key, list[Line]] = {}
    documents: dict[Place, dict[DocumentName, int]] = {}
    for position, document in enumerate(issued):
        for line in document.lines:
            place = (line.subscription, line.charge, line.period_starts, line.period_ends)
            billed.setdefault((place, line.price, line.tax_category, line.source, line.kind), []).append(line)
            documents.setdefault(place, {}).setdefault(document.number, position)
    groups: dict[Key, list[Owed]] = {}
    for item in owed:
        groups.setdefault(_key(item), []).append(item)
    for key in billed:
        groups.setdefault(key, [])
    bundles: dict[tuple[Place, str | None, str | None], Bundle] = {}
    for key, items in groups.items():
        place, price, category, _, _ = key
        drafts = _difference(items, billed.get(key, []), currency, order)
        if not drafts:
            continue
        bundle = bundles.setdefault((place, price, category), Bundle())
        bundle.drafts.extend(drafts)
    for (place, _, _), bundle in bundles.items():
        if place in documents and _corrects(bundle):
            bundle.corrects = documents[place]
    return list(bundles.values())


def _corrects(bundle: Bundle) -> bool:
    """A difference corrects what was billed; so does what only lowers a line that was billed before."""
    if any(draft.billed is not None for draft in bundle.drafts):
        return True
    return all(draft.owed.source is not None and draft.owed.charge is not None for draft in bundle.drafts)


def _key(item: Owed) -> Key:
    starts, ends = (item.period.starts, item.period.ends) if item.period is not None else (None, None)
    place = (item.subscription, item.charge, starts, ends)
    return (place, item.price, item.category, item.source, item.kind)


def _difference(
    owed: list[Owed], billed: list[Line], currency: Currency, order: dict[str, int]
) -> list[Draft]:
    """Owed minus billed under one key."""
    if not billed:
        return [fresh(item) for item in owed]
    owed = sorted(owed, key=lambda item: (item.due, item.starts or date.min))
    has = sum(line.priced.minor for line in billed)
    so_far = 0
    for count in range(len(owed) + 1):
        if so_far == has and not (count < len(owed) and _is_zero_billed(owed[count], billed)):
            return [fresh(item) for item in owed[count:]]
        if count < len(owed):
            so_far += owed[count].priced.minor
    due = sum(item.priced.minor for item in owed)
    if due == has:
        return []
    label = owed[0] if owed else _as_owed(billed[0], order)
    starts, ends = _days_of_difference(owed, billed)
    priced = Money(due - has, currency)
    steps: list[Step] = [step for item in owed for step in item.because]
    steps.append(("difference", str(Money(due, currency)), str(Money(has, currency)), str(priced)))
    net = Money(sum(line.amount.minor for line in billed), currency)
    return [
        Draft(
            label,
            priced,
            starts,
            ends,
            label.quantity,
            tuple(steps),
            billed=(Money(has, currency), net, len(billed)),
            parts=tuple(item.priced for item in owed),
        )
    ]


def _is_zero_billed(item: Owed, billed: list[Line]) -> bool:
    """Whether a line of 0.00 that is shown has been shown already."""
    return not item.priced and any(line.starts == item.starts for line in billed)


def _days_of_difference(owed: list[Owed], billed: list[Line]) -> tuple[date | None, date | None]:
    """The days by which owed and billed differ, where they are in one piece; else all the days they cover."""
    spans = [(item.starts, item.ends) for item in owed]
    has = [(line.starts, line.ends) for line in billed]
    edges = sorted({day for pair in (*spans, *has) for day in pair if day is not None})
    if not edges or any(day is None for pair in (*spans, *has) for day in pair):
        return (edges[0] if edges else None), None
    differing: list[tuple[date, date]] = []
    for a, b in itertools.pairwise(edges):
        now = sum(
            1
            for starts, ends in spans
            if starts is not None and ends is not None and starts <= a and b <= ends
        )
        was = sum(
            1 if line.priced.minor >= 0 else -1
            for line in billed
            if line.starts is not None and line.ends is not None and line.starts <= a and b <= line.ends
        )
        if now == was:
            continue
        if differing and differing[-1][1] == a:
            differing[-1] = (differing[-1][0], b)
        else:
            differing.append((a, b))
    return differing[0] if len(differing) == 1 else (edges[0], edges[-1])


def _as_owed(line: Line, order: dict[str, int]) -> Owed:
    """The label of a line that is no longer owed at all."""
    period = None
    if line.period_starts is not None:
        period = Period(line.period_starts, line.period_ends or line.period_starts + timedelta(days=1))
    last = len(order)
    return Owed(
        subscription=line.subscription,
        charge=line.charge,
        kind=line.kind,
        description=line.description,
        order=(order.get(line.subscription, last) if line.subscription is not None else last + 1, last),
        due=line.starts or date.min,
        period=period,
        starts=line.starts,
        ends=line.ends,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        priced=line.priced,
        category=line.tax_category,
        price=line.price,
        because=(),
        source=line.source,
    )
