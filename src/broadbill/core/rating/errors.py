"""The refusal of input that the scenario contract does not allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class ScenarioError(DomainError):
    """A key or a value that the contract does not know or allow; `path` names the place."""

    code = "rating.scenario_refused"
    message = "{path}: {reason}"
    path: str
    reason: str


def refuse(path: str, reason: str) -> NoReturn:
    raise ScenarioError(path=path, reason=reason)
