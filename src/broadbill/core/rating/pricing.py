"""Reading prices: a model's own keys, and those that any price of usage may have beside them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from decimal import Decimal
from functools import lru_cache
from typing import Final, cast

from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import Model
from broadbill.core.rating.reading import (
    Fields,
    as_flag,
    as_not_negative,
    as_text,
    as_whole,
)
from broadbill.core.rating.registry import OF_QUANTITIES, OF_RECORDS, model_name
from broadbill.core.rating.usage.rounding import QuantityRounding
from broadbill.core.rating.usage.terms import Rollover, UsageTerms
from broadbill.core.rating.usage.time_bands import TimeBands

AGGREGATES: Final = ("sum", "max", "time_weighted")
KEYS: Final = (
    "aggregate",
    "included",
    "included_prorated",
    "min_prorated",
    "rollover",
    "pool",
    "round_quantity_to",
    "cap_amount",
    "min_amount",
)


def parse_model(raw: object, path: str) -> Model:
    """The price of a charge that is not metered. Raises: ScenarioError."""
    fields = Fields(raw, path)
    name = model_name(fields)
    model = OF_QUANTITIES.get(name)
    if model is None:
        refuse(fields.at("type"), f"{name} is for usage charges")
    price = model.read(fields)
    fields.done()
    return price


def parse_terms(raw: object, path: str) -> UsageTerms:
    """The price of a usage charge. Raises: ScenarioError."""
    fields = Fields(raw, path)
    name = model_name(fields)
    of_quantity, of_records = OF_QUANTITIES.get(name), OF_RECORDS.get(name)
    terms = UsageTerms(
        name=digest(raw),
        quantities=of_quantity.read(fields) if of_quantity is not None else None,
        records=of_records.read(fields, parse_band_terms) if of_records is not None else None,
        aggregate=fields.choice("aggregate", AGGREGATES),
        included=fields.take("included", as_not_negative, Decimal(0)),
        included_prorated=fields.take("included_prorated", as_flag, False),
        min_prorated=fields.take("min_prorated", as_flag, False),
        rollover=fields.maybe("rollover", _rollover),
        pool=fields.maybe("pool", as_text),
        rounding=fields.maybe("round_quantity_to", QuantityRounding.parse),
        cap=fields.maybe("cap_amount", as_not_negative),
        minimum=fields.maybe("min_amount", as_not_negative),
    )
    _check(terms, name, fields)
    fields.done()
    return terms


def parse_band_terms(raw: object, path: str) -> UsageTerms:
    """The price inside a time band, where nothing outlasts the stretch. Raises: ScenarioError."""
    terms = parse_terms(raw, path)
    if terms.rollover is not None or terms.pool is not None:
        refuse(
            f"{path}.{'pool' if terms.pool else 'rollover'}",
            "does not go into a time band: set it beside the bands",
        )
    if terms.aggregate != "sum":
        refuse(f"{path}.aggregate", "must be sum in a time band")
    if isinstance(terms.records, TimeBands):
        refuse(f"{path}.type", "time bands do not go into a time band")
    return terms


def _check(terms: UsageTerms, name: str, fields: Fields) -> None:
    if terms.records is not None and terms.aggregate != "sum":
        refuse(fields.at("aggregate"), f"{name} rates each record: only sum is possible")
    if terms.records is not None and terms.rounding is not None:
        in_bands = isinstance(terms.records, TimeBands)
        reason = "goes into the bands' own models" if in_bands else f"does not go with {name}"
        refuse(fields.at("round_quantity_to"), reason)
    if not terms.takes_allowance and (terms.included or terms.rollover or terms.pool):
        refuse(fields.at("included"), f"does not go with {name}")
    if terms.pool is not None and terms.aggregate != "sum":
        refuse(fields.at("pool"), "needs the aggregate sum")
    if terms.cap is not None and terms.minimum is not None and terms.cap < terms.minimum:
        refuse(fields.at("cap_amount"), "must not be less than min_amount")


def _rollover(raw: object, path: str) -> Rollover:
    fields = Fields(raw, path)
    rollover = Rollover(
        fields.need("periods", lambda r, p: as_whole(r, p, least=1)), fields.maybe("cap", as_not_negative)
    )
    fields.done()
    return rollover


def digest(raw: object) -> str:
    """A short name of a price: equal for equal JSON, and the same in every process and version."""
    text = json.dumps(raw, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=4096)
def plain_terms(model: Model) -> UsageTerms:
    """A model with none of the usage keys, as the price of a usage charge."""
    name = digest({type(model).__name__: asdict(cast("object", model))})  # type: ignore[call-overload]
    return UsageTerms(
        name=name,
        quantities=model,
        records=None,
        aggregate="sum",
        included=Decimal(0),
        included_prorated=False,
        min_prorated=False,
        rollover=None,
        pool=None,
        rounding=None,
        cap=None,
        minimum=None,
    )


def parse_any(raw: object, path: str) -> Model | UsageTerms:
    """A price agreed for a charge whose type is not known here: usage terms where only usage has such keys.

    Raises: ScenarioError.
    """
    fields = Fields(raw, path)
    name = model_name(fields)
    if name in OF_RECORDS or any(key in fields for key in KEYS):
        return parse_terms(raw, path)
    return parse_model(raw, path)


def as_terms(price: Model | UsageTerms) -> UsageTerms:
    return price if isinstance(price, UsageTerms) else plain_terms(price)
