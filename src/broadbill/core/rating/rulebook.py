"""What is sold and by which conventions: parsed once, frozen, shared by all accounts of a bill run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.plans import Plan
from broadbill.core.rating.policy import Policy
from broadbill.core.rating.reading import Fields
from broadbill.core.rating.tax_rules import TaxRule, TaxSet, parse_taxes, rules_for


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Policy, plans by code, and tax rules. It knows no currency: prices are decimals."""

    policy: Policy
    plans: Mapping[str, Plan]
    taxes: tuple[TaxRule, ...]
    by_period_start: bool

    @staticmethod
    def parse(raw: object, path: str = "") -> Rulebook:
        """Read `{"policy", "plans", "taxes"}` as a scenario has them. Raises: ScenarioError."""
        fields = Fields(raw, path)
        rulebook = read_rulebook(fields)
        fields.done()
        return rulebook


def read_rulebook(fields: Fields) -> Rulebook:
    policy = fields.take("policy", Policy.parse, Policy())
    taxes: tuple[TaxRule, ...] = fields.take("taxes", parse_taxes, ())
    return Rulebook(policy, fields.need("plans", _plans), taxes, any(rule.by_period_start for rule in taxes))


def _plans(raw: object, path: str) -> dict[str, Plan]:
    if not isinstance(raw, Mapping):
        refuse(path, "must be an object of plan codes and plans")
    return {str(code): Plan.parse(str(code), plan, f"{path}.{code}") for code, plan in raw.items()}


@lru_cache(maxsize=4096)
def tax_set(book: Rulebook, category: str, on: date, starts: date | None, account: AccountTerms) -> TaxSet:
    """The taxes of a line, remembered for the run: accounts of one region share them."""
    return rules_for(book.taxes, category, on, starts, account)
