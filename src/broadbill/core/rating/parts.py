"""The parts of a bundle: what one price is for, and by which weights it is allocated over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from broadbill.core.rating.errors import refuse
from broadbill.core.rating.reading import Fields, as_positive, as_text


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bundle. `weight` is its stand-alone price or any figure in proportion to it, `tax` its category."""

    code: str
    name: str
    weight: Decimal
    tax: str


def read_parts(fields: Fields, tax: str) -> tuple[Part, ...]:
    """A charge's `parts`; none where it has no such key. `tax` is the category of parts that name none.

    Raises: ScenarioError.
    """
    if "parts" not in fields:
        return ()
    parts = fields.items("parts", lambda raw, path: _part(raw, path, tax))
    if not parts:
        refuse(fields.at("parts"), "needs at least one part")
    codes: set[str] = set()
    for i, part in enumerate(parts):
        if part.code in codes:
            refuse(f"{fields.at('parts')}[{i}].code", "must be unique in the bundle")
        codes.add(part.code)
    return parts


def _part(raw: object, path: str, tax: str) -> Part:
    fields = Fields(raw, path)
    code = fields.need("code", as_text)
    part = Part(
        code,
        fields.take("name", as_text, code),
        fields.need("weight", as_positive),
        fields.take("tax", as_text, tax),
    )
    fields.done()
    return part


def part_code(charge: str, part: str) -> str:
    """The charge that a part's lines carry, e.g. `triple.internet`."""
    return f"{charge}.{part}"


def whole_weights(parts: Sequence[Part]) -> list[int]:
    """The weights as whole numbers in the same proportion."""
    exact = [Fraction(part.weight) for part in parts]
    scale = lcm(*(weight.denominator for weight in exact))
    return [int(weight * scale) for weight in exact]
