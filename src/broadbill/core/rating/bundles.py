"""Bundles: what is owed of one price, allocated over its parts by their weights, each with its own tax category.

A bundle is priced, prorated, discounted and credited as one. Only then every amount owed of it is shared out, so
that its parts add up to it exactly, and each part is a line of its own from there on: taxed, subtracted, corrected
and booked like any other.

Source: IFRS 15 §76 (relative stand-alone selling prices); docs/decisions/0015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from broadbill.core.rating.owed import Owed
from broadbill.core.rating.parts import part_code, whole_weights
from broadbill.core.rating.rounding import plain


def allocated(owed: Sequence[Owed]) -> list[Owed]:
    """What is owed, every amount of a bundle by part."""
    return [line for item in owed for line in (_by_part(item) if item.parts else (item,))]


def _by_part(item: Owed) -> list[Owed]:
    """One amount shared out over its parts; of several credits of a line all of them together.

    Rounding: toward zero, then one leftover minor unit each to the largest remainders, earliest first (`Money.split`).
    """
    assert item.charge is not None
    total = plain(sum((part.weight for part in item.parts), Decimal(0)))
    weights = whole_weights(item.parts)
    before = (item.after or item.priced.currency.zero).split(weights)
    together = (item.priced + sum(before, item.priced.currency.zero)).split(weights)
    return [
        replace(
            item,
            charge=part_code(item.charge, part.code),
            description=f"{item.description}: {part.name}",
            order=(*item.order, place),
            unit_amount=None,
            priced=upto - earlier,
            after=earlier if item.after is not None else None,
            category=part.tax,
            because=(
                *item.because,
                ("allocated", str(item.priced), plain(part.weight), total, str(upto - earlier)),
            ),
            parts=(),
        )
        for place, (part, earlier, upto) in enumerate(zip(item.parts, before, together, strict=True))
    ]
