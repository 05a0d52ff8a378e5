"""The registry of pricing models: each one once. A new model is a file in `models/` and a line here.

See docs/guides/new-pricing-model.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from broadbill.core.rating.models.base import DECIMAL, Model
from broadbill.core.rating.models.package import Package
from broadbill.core.rating.models.percentage import Percentage
from broadbill.core.rating.models.percentile import Percentile
from broadbill.core.rating.models.rate_table import RateTable
from broadbill.core.rating.models.records import RecordModel
from broadbill.core.rating.models.simple import Flat, PerUnit
from broadbill.core.rating.models.tiers import Graduated, Stairstep, Volume
from broadbill.core.rating.reading import Fields, as_choice
from broadbill.core.rating.usage.time_bands import TimeBands

# Prices of a quantity, for any charge.
OF_QUANTITIES: Final[dict[str, type[Model]]] = {
    Flat.name: Flat,
    PerUnit.name: PerUnit,
    Package.name: Package,
    Graduated.name: Graduated,
    Volume.name: Volume,
    Stairstep.name: Stairstep,
}
# Prices of single records, for usage charges alone.
OF_RECORDS: Final[dict[str, type[RecordModel]]] = {
    Percentage.name: Percentage,
    Percentile.name: Percentile,
    TimeBands.name: TimeBands,
    RateTable.name: RateTable,
}
NAMED_BY: Final = ("type", "model", "kind")


def model_name(fields: Fields) -> str:
    """The model's name, under `type` (`model` and `kind` are read too). Raises: ScenarioError."""
    key = next((key for key in NAMED_BY if key in fields), "type")
    return fields.need(key, lambda raw, path: as_choice(raw, path, (*OF_QUANTITIES, *OF_RECORDS)))


def figure_key(price: Mapping[str, object]) -> str | None:
    """The key of the figure that is a whole price, the only key its model has; None where there is no such figure."""
    model = OF_QUANTITIES.get(model_name(Fields(price, "model"))) if price else None
    if model is None or model.takes or list(model.needs.values()) != [DECIMAL]:
        return None
    return next(iter(model.needs))
