"""Pricing models: small pure values, one file a family, that turn a quantity into an exact amount."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import Model
from broadbill.core.rating.models.package import Package
from broadbill.core.rating.models.simple import Flat, PerUnit
from broadbill.core.rating.models.tiers import Graduated, Stairstep, Volume
from broadbill.core.rating.reading import Fields, as_choice

READERS: Final[dict[str, Callable[[Fields], Model]]] = {
    "flat": Flat.read,
    "per_unit": PerUnit.read,
    "package": Package.read,
    "graduated": Graduated.read,
    "volume": Volume.read,
    "stairstep": Stairstep.read,
}
NAMES: Final = (*READERS, "percentage", "percentile", "time_bands", "rate_table")
NAMED_BY: Final = ("type", "model", "kind")


def model_name(fields: Fields) -> str:
    """The model's name, under `type` (`model` and `kind` are read too)."""
    key = next((key for key in NAMED_BY if key in fields), "type")
    return fields.need(key, lambda raw, path: as_choice(raw, path, NAMES))


def parse_model(raw: object, path: str) -> Model:
    """A price of a quantity: of a charge that is not metered.

    Raises: ScenarioError.
    """
    fields = Fields(raw, path)
    name = model_name(fields)
    if name not in READERS:
        refuse(fields.at("type"), f"{name} is for usage charges")
    model = READERS[name](fields)
    fields.done()
    return model
