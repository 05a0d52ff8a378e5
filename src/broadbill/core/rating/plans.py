"""What is sold: plans and their charges, parsed once and shared by every account of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from broadbill.core.rating.cycles import Cycle
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models.base import Model
from broadbill.core.rating.models.simple import Flat
from broadbill.core.rating.parts import Part, part_code, read_parts
from broadbill.core.rating.pricing import parse_model, parse_terms
from broadbill.core.rating.reading import (
    Fields,
    as_choice,
    as_day,
    as_decimal,
    as_flag,
    as_list,
    as_not_negative,
    as_text,
    as_whole,
)
from broadbill.core.rating.usage.terms import UsageTerms

CHARGE_TYPES = ("recurring", "one_off", "usage", "deposit", "commitment", "termination_fee", "instalments")
# What is sold. A deposit is no sale, a minimum spend and a fee have no parts of their own.
BUNDLED = ("recurring", "one_off", "usage", "instalments")
PERIODIC = ("recurring", "usage", "commitment")
FEE_TYPES = ("remaining_periods", "flat", "declining")
PRICE_CHANGE_FOR = ("everyone", "new")
Price: TypeAlias = Model | UsageTerms


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
    model: Price


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The list price from a day on: of everyone, or only of subscriptions that come to the plan from then on."""

    begins: date
    model: Price
    for_new: bool


@dataclass(frozen=True, slots=True)
class Fee:
    """What leaving before the end of the term costs.

    `remaining_periods`: `percent` of the recurring charges left; `flat`: the amount; `declining`: the amount
    less `per_month` for each full month served.
    """

    type: str
    percent: Decimal
    amount: Decimal
    per_month: Decimal

    @staticmethod
    def parse(raw: object, path: str) -> Fee:
        fields = Fields(raw, path)
        kind = fields.need("type", lambda r, p: as_choice(r, p, FEE_TYPES))
        of_rest = kind == "remaining_periods"
        fee = Fee(
            kind,
            fields.take("percent", as_not_negative, Decimal(100)) if of_rest else Decimal(0),
            Decimal(0) if of_rest else fields.need("amount", as_not_negative),
            fields.need("per_month", as_not_negative) if kind == "declining" else Decimal(0),
        )
        fields.done()
        return fee


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Charge:
    """One charge of a plan. Compared by identity: a rulebook holds each of its charges once.

    `covers` are the codes whose lines count towards a commitment (None: every recurring and usage charge);
    `keep` says that a deposit is not returned; `parts` are those of a bundle; `instalments` is the number of equal
    parts of a price paid off over time, of which `stops_on_cancel` forgives the rest.
    """

    code: str
    type: str
    position: int
    description: str
    tax: str
    model: Price
    cycle: Cycle
    in_advance: bool
    by_quantity: bool
    meter: str
    trial_days: int
    free_periods: int
    show_zero: bool
    price_changes: tuple[PriceChange, ...]
    phases: tuple[Phase, ...]
    indexation: Indexation | None
    covers: frozenset[str] | None
    keep: bool
    fee: Fee | None
    parts: tuple[Part, ...]
    instalments: int
    stops_on_cancel: bool

    @property
    def line_codes(self) -> set[str]:
        """The codes that its lines carry: its own, or those of its parts."""
        return {part_code(self.code, part.code) for part in self.parts} or {self.code}

    @property
    def counts_periods(self) -> bool:
        """Whether its price depends on how many periods have passed."""
        return bool(self.free_periods or self.phases)

    @property
    def prices(self) -> list[Price]:
        """Every list price it ever has."""
        return [
            self.model,
            *(change.model for change in self.price_changes),
            *(phase.model for phase in self.phases),
        ]

    @property
    def price_moves(self) -> bool:
        """Whether its list price may move by itself, without an event."""
        return bool(self.price_changes or self.indexation)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A plan: its charges in order, by code. `own` gives the subscription its own periods.

    `keeps_allowance` says that an allowance of it is carried on or shared.
    """

    code: str
    name: str
    charges: dict[str, Charge]
    own: Charge | None
    pool: str | None
    types: frozenset[str]
    shows_zero: bool
    keeps_allowance: bool

    @staticmethod
    def parse(code: str, raw: object, path: str) -> Plan:
        """Raises: ScenarioError."""
        fields = Fields(raw, path)
        name = fields.take("name", as_text, code)
        found = fields.need("charges", as_list)
        charges: dict[str, Charge] = {}
        for i, item in enumerate(found):
            place = f"{fields.at('charges')}[{i}]"
            charge = parse_charge(item, place, position=i, plan=name, alone=len(found) == 1)
            if charge.code in charges:
                refuse(f"{place}.code", "must be unique in the plan")
            charges[charge.code] = charge
        for i, charge in enumerate(charges.values()):
            for k, covered in enumerate(sorted(charge.covers or ())):
                if covered not in charges:
                    refuse(
                        f"{fields.at('charges')}[{i}].charges[{k}]",
                        f"there is no charge {covered!r} in the plan",
                    )
        _refuse_taken_codes(charges, fields.at("charges"))
        pool = fields.maybe("allowance_pool", as_text)
        fields.done()
        recurring = [charge for charge in charges.values() if charge.type == "recurring"]
        periodic = [charge for charge in charges.values() if charge.type in PERIODIC]
        own = recurring or periodic
        return Plan(
            code,
            name,
            charges,
            own[0] if own else None,
            pool,
            types=frozenset(charge.type for charge in charges.values()),
            shows_zero=any(charge.show_zero for charge in charges.values()),
            keeps_allowance=pool is not None
            or any(is_kept(price) for charge in charges.values() for price in charge.prices),
        )


def is_kept(price: Price) -> bool:
    """Whether the allowance of a price is carried on or shared."""
    return isinstance(price, UsageTerms) and (price.rollover is not None or price.pool is not None)


def _refuse_taken_codes(charges: Mapping[str, Charge], path: str) -> None:
    """A part's lines carry a code of their own, which no other charge of the plan may have."""
    for i, charge in enumerate(charges.values()):
        for k, part in enumerate(charge.parts):
            if part_code(charge.code, part.code) in charges:
                refuse(f"{path}[{i}].parts[{k}].code", "makes the code of another charge of the plan")


def parse_charge(raw: object, path: str, *, position: int, plan: str, alone: bool) -> Charge:
    """Raises: ScenarioError, also for a key that only other types of charge have."""
    fields = Fields(raw, path)
    code = fields.need("code", as_text)
    kind = fields.need("type", lambda r, p: as_choice(r, p, CHARGE_TYPES))
    recurring, usage, periodic = kind == "recurring", kind == "usage", kind in PERIODIC
    has_price, by_instalments = kind != "termination_fee", kind == "instalments"
    read: Callable[[object, str], Price] = parse_terms if usage else parse_model
    tax = fields.take("tax", as_text, "standard")
    cycle = fields.need("period", Cycle.parse) if periodic or by_instalments else Cycle("month", 1)
    charge = Charge(
        code=code,
        type=kind,
        position=position,
        description=fields.take("name", as_text, plan if alone else f"{plan}: {code}"),
        tax=tax,
        model=_price(fields, kind, read) if has_price else Flat(Decimal(0)),
        cycle=cycle,
        in_advance=_in_advance(fields, kind),
        by_quantity=(recurring or by_instalments) and fields.take("quantity", read_quantity_rule, True),
        meter=fields.need("meter", as_text) if usage else "",
        trial_days=fields.take("trial_days", as_days, 0) if periodic else 0,
        free_periods=fields.take("free_periods", as_whole, 0) if periodic else 0,
        show_zero=periodic and fields.take("show_zero", as_flag, False),
        price_changes=_price_changes(fields, read) if has_price else (),
        phases=fields.items("phases", lambda r, p: _phase(r, p, read)) if periodic else (),
        indexation=fields.maybe("indexation", Indexation.parse) if has_price else None,
        covers=_covers(fields) if kind == "commitment" else None,
        keep=kind == "deposit" and fields.take("keep", as_flag, False),
        fee=fields.need("fee", Fee.parse) if kind == "termination_fee" else None,
        parts=read_parts(fields, tax) if kind in BUNDLED else (),
        instalments=fields.need("count", lambda r, p: _count(r, p, cycle)) if by_instalments else 0,
        stops_on_cancel=by_instalments and fields.choice("on_cancel", ("rest_due", "stops")) == "stops",
    )
    fields.done()
    return charge


def as_days(raw: object, path: str) -> int:
    return as_whole(raw, path, most=36500)


def _price(fields: Fields, kind: str, read: Callable[[object, str], Price]) -> Price:
    """The charge's `model`; a deposit's or a commitment's may stand as a bare `amount`."""
    if kind in ("deposit", "commitment") and "amount" in fields and "model" not in fields:
        return Flat(fields.need("amount", as_not_negative))
    return fields.need("model", read)


def _count(raw: object, path: str, cycle: Cycle) -> int:
    """The number of instalments: as many as fall due within a hundred years."""
    count = as_whole(raw, path, least=1, most=1200)
    if cycle.later(date(2000, 1, 1), count - 1) > date(2100, 1, 1):
        refuse(path, "must not take longer than a hundred years")
    return count


def _in_advance(fields: Fields, kind: str) -> bool:
    """Recurring charges may be billed either way; usage and commitments when they have ended."""
    if kind == "recurring":
        return fields.choice("timing", ("advance", "arrears")) == "advance"
    if kind in PERIODIC:
        fields.take("timing", lambda raw, path: as_choice(raw, path, ("arrears",)), "arrears")
        return False
    return True


def _covers(fields: Fields) -> frozenset[str] | None:
    return frozenset(fields.items("charges", as_text)) if "charges" in fields else None


def read_quantity_rule(raw: object, path: str) -> bool:
    """Whether the charge is multiplied by the subscription's quantity."""
    if raw not in ("subscription", "1", 1):
        refuse(path, 'must be "subscription" or "1"')
    return raw == "subscription"


def _price_changes(fields: Fields, read: Callable[[object, str], Price]) -> tuple[PriceChange, ...]:
    found = fields.items("price_changes", lambda raw, path: _price_change(raw, path, read))
    return ascending(found, fields.at("price_changes"))


def _price_change(raw: object, path: str, read: Callable[[object, str], Price]) -> PriceChange:
    fields = Fields(raw, path)
    begins, model = fields.need("from", as_day), fields.need("model", read)
    for_new = fields.choice("for", PRICE_CHANGE_FOR) == "new"
    fields.done()
    return PriceChange(begins, model, for_new)


def _phase(raw: object, path: str, read: Callable[[object, str], Price]) -> Phase:
    fields = Fields(raw, path)
    periods = fields.need("periods", lambda r, p: as_whole(r, p, least=1))
    phase = Phase(periods, fields.need("model", read))
    fields.done()
    return phase


def ascending(changes: tuple[PriceChange, ...], path: str) -> tuple[PriceChange, ...]:
    """Price changes by date, everyone's before that of new ones, which for them stands before it.

    Raises: ScenarioError when two of the same kind begin on the same day.
    """
    ordered = tuple(sorted(changes, key=lambda change: (change.begins, change.for_new)))
    if len({(change.begins, change.for_new) for change in changes}) != len(changes):
        refuse(path, "has two prices from the same day")
    return ordered
