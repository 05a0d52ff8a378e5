"""What is sold: plans and their charges, parsed once and shared by every account of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from broadbill.core.rating.cycles import Cycle
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models import parse_model
from broadbill.core.rating.models.base import Model
from broadbill.core.rating.reading import (
    Fields,
    as_choice,
    as_day,
    as_decimal,
    as_flag,
    as_list,
    as_text,
    as_whole,
)

CHARGE_TYPES = ("recurring", "one_off", "usage", "deposit", "commitment", "termination_fee")
SUPPORTED = ("recurring", "one_off")


@dataclass(frozen=True, slots=True)
class Indexation:
    """Every so many months the price grows by so many percent, compounding from the subscription's start."""

    every_months: int
    percent: Decimal

    @staticmethod
    def parse(raw: object, path: str) -> Indexation:
        fields = Fields(raw, path)
        indexation = Indexation(
            fields.take("every_months", lambda r, p: as_whole(r, p, least=1, most=1200), 12),
            fields.need("percent", as_decimal),
        )
        if indexation.percent <= -100:
            refuse(fields.at("percent"), "must be greater than -100")
        fields.done()
        return indexation


@dataclass(frozen=True, slots=True)
class Phase:
    """An introductory price for a number of periods."""

    periods: int
    model: Model


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Charge:
    """One charge of a plan. Compared by identity: a rulebook holds each of its charges once."""

    code: str
    type: str
    position: int
    description: str
    tax: str
    model: Model
    cycle: Cycle
    in_advance: bool
    by_quantity: bool
    trial_days: int
    free_periods: int
    show_zero: bool
    price_changes: tuple[tuple[date, Model], ...]
    phases: tuple[Phase, ...]
    indexation: Indexation | None

    @property
    def counts_periods(self) -> bool:
        """Whether its price depends on how many periods have passed."""
        return bool(self.free_periods or self.phases)

    @property
    def price_moves(self) -> bool:
        """Whether its list price may move by itself, without an event."""
        return bool(self.price_changes or self.indexation)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A plan: its charges in order, by code."""

    code: str
    name: str
    charges: dict[str, Charge]
    own: Charge | None

    @staticmethod
    def parse(code: str, raw: object, path: str) -> Plan:
        """Raises: ScenarioError."""
        fields = Fields(raw, path)
        name = fields.take("name", as_text, code)
        found = fields.need("charges", as_list)
        charges: dict[str, Charge] = {}
        for i, item in enumerate(found):
            charge = parse_charge(
                item, f"{fields.at('charges')}[{i}]", position=i, plan=name, alone=len(found) == 1
            )
            if charge.code in charges:
                refuse(f"{fields.at('charges')}[{i}].code", "must be unique in the plan")
            charges[charge.code] = charge
        if fields.maybe("allowance_pool", as_text) is not None:
            refuse(fields.at("allowance_pool"), "is not supported yet")
        fields.done()
        recurring = [charge for charge in charges.values() if charge.type == "recurring"]
        return Plan(code, name, charges, recurring[0] if recurring else None)


def parse_charge(raw: object, path: str, *, position: int, plan: str, alone: bool) -> Charge:
    """Raises: ScenarioError, for a key that another type of charge has too."""
    fields = Fields(raw, path)
    code = fields.need("code", as_text)
    kind = fields.need("type", lambda r, p: as_choice(r, p, CHARGE_TYPES))
    if kind not in SUPPORTED:
        refuse(fields.at("type"), f"{kind} is not supported yet")
    recurring = kind == "recurring"
    charge = Charge(
        code=code,
        type=kind,
        position=position,
        description=fields.take("name", as_text, plan if alone else f"{plan}: {code}"),
        tax=fields.take("tax", as_text, "standard"),
        model=fields.need("model", parse_model),
        cycle=fields.need("period", Cycle.parse) if recurring else Cycle("month", 1),
        in_advance=not recurring or fields.choice("timing", ("advance", "arrears")) == "advance",
        by_quantity=recurring and fields.take("quantity", read_quantity_rule, True),
        trial_days=fields.take("trial_days", as_whole, 0) if recurring else 0,
        free_periods=fields.take("free_periods", as_whole, 0) if recurring else 0,
        show_zero=recurring and fields.take("show_zero", as_flag, False),
        price_changes=ascending(
            fields.items("price_changes", parse_price_change), fields.at("price_changes")
        ),
        phases=fields.items("phases", parse_phase) if recurring else (),
        indexation=fields.maybe("indexation", Indexation.parse),
    )
    fields.done()
    return charge


def read_quantity_rule(raw: object, path: str) -> bool:
    """Whether the charge is multiplied by the subscription's quantity."""
    if raw not in ("subscription", "1", 1):
        refuse(path, 'must be "subscription" or "1"')
    return raw == "subscription"


def parse_price_change(raw: object, path: str) -> tuple[date, Model]:
    fields = Fields(raw, path)
    change = (fields.need("from", as_day), fields.need("model", parse_model))
    fields.done()
    return change


def parse_phase(raw: object, path: str) -> Phase:
    fields = Fields(raw, path)
    phase = Phase(
        fields.need("periods", lambda r, p: as_whole(r, p, least=1)), fields.need("model", parse_model)
    )
    fields.done()
    return phase


def ascending(changes: tuple[tuple[date, Model], ...], path: str) -> tuple[tuple[date, Model], ...]:
    """Price changes by date. Raises: ScenarioError when two begin on the same day."""
    ordered = tuple(sorted(changes, key=lambda change: change[0]))
    days = [day for day, _ in ordered]
    if len(set(days)) != len(days):
        refuse(path, "has two prices from the same day")
    return ordered
