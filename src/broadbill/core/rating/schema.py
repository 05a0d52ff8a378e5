"""The JSON Schema of a scenario: the packaged text, with the keys of every pricing model in the registry."""

from __future__ import annotations

import inspect
import json
from importlib.resources import files
from typing import Any

from broadbill.core.rating.models.base import Keys, Model
from broadbill.core.rating.models.records import RecordModel
from broadbill.core.rating.registry import OF_QUANTITIES, OF_RECORDS


def scenario_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) as plain JSON values."""
    text = files("broadbill.core.rating").joinpath("scenario.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    price, of_usage = schema["$defs"]["model"], schema["$defs"]["usage_model"]
    usage_keys = of_usage.pop("properties")
    price["oneOf"] = [_model(model, {}) for model in OF_QUANTITIES.values()]
    of_usage["oneOf"] = [
        *(_model(model, usage_keys) for model in OF_QUANTITIES.values()),
        *(_model(model, usage_keys) for model in OF_RECORDS.values()),
    ]
    return schema


def _model(model: type[Model | RecordModel], more: Keys) -> dict[str, Any]:
    """A model's object: its own keys and those that any price of its place may have."""
    return {
        "description": inspect.cleandoc(model.__doc__ or "").partition("\n")[0],
        "type": "object",
        "properties": {"type": {"const": model.name}, **model.needs, **model.takes, **more},
        "required": ["type", *model.needs],
        "additionalProperties": False,
    }
