"""`broadbill plan`: what is sold, and for how much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError
from broadbill.core.rating import ScenarioError
from broadbill.core.rating.models import model_name
from broadbill.core.rating.reading import Fields

ACTOR = "command:plan"
BEGINNING = "beginning"
FIGURES = {"flat": "amount", "per_unit": "unit_amount"}

plans = typer.Typer(no_args_is_help=True)


@dataclass(kw_only=True, eq=False)
class PlanFileIsInvalid(DomainError):
    """A file of plans that cannot be read."""

    code = "cli.plan_file_is_invalid"
    message = "{file}: {reason}."
    file: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PriceIsInvalid(DomainError):
    """A price or its date that cannot be understood."""

    code = "cli.price_is_invalid"
    message = "{reason}."
    reason: str


@plans.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="Plans in JSON: {code: {name, currency, charges}}.")],
) -> None:
    """Add plans to what is sold, all of the file's or none. See docs/guides/first-day.md for an example."""
    content = _read(file)
    open_session()
    from django.db import transaction

    from broadbill.accounts.queries.provider import current_provider
    from broadbill.catalog.operations.plans import define_plan

    now, usual = datetime.now(tz=UTC), current_provider().currency
    with transaction.atomic():
        for code, plan in content.items():
            try:
                define_plan(
                    code=code,
                    name=str(plan.get("name", code)),
                    currency=str(plan.get("currency", usual)),
                    charges=plan["charges"],
                    allowance_pool=str(plan.get("allowance_pool", "")),
                    now=now,
                    actor=ACTOR,
                )
            except ScenarioError as error:
                raise PlanFileIsInvalid(file=str(file), reason=str(error)) from error
    print(f"Added {', '.join(content)}.")


@plans.command("list")
def show(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Prices in force on this day; default: today."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Tell what is sold and what it costs."""
    open_session()
    from django.utils import timezone

    from broadbill.catalog.queries.price_list import price_list

    prices = price_list(as_of=as_of.date() if as_of else timezone.localdate())
    if as_json:
        print(json.dumps([asdict(plan) for plan in prices], default=str, ensure_ascii=False, indent=2))
        return
    for plan in prices:
        retired = f"  (retired on {plan.retired_on})" if plan.retired_on else ""
        print(f"{plan.code:<20} {plan.name}, {plan.currency}{retired}")
        for charge in plan.charges:
            rhythm = f"{charge.type.replace('_', ' ')}{f' a {charge.period}' if charge.period else ''}"
            print(f"  {charge.code:<18} {rhythm:<20} {_price(charge.model)}  tax {charge.tax}")


@plans.command("price")
def price(
    plan: Annotated[str, typer.Argument(help="The plan's code.")],
    charge: Annotated[str, typer.Argument(help="The charge's code in the plan.")],
    amount: Annotated[
        str | None, typer.Argument(help="The new price, where it is one figure, e.g. 36.90.")
    ] = None,
    starts: Annotated[
        str,
        typer.Option(
            "--from", help="The first day of the new price, or `beginning` where it was always wrong."
        ),
    ] = "",
    model: Annotated[
        str | None, typer.Option(help="A whole pricing model in JSON, instead of an amount.")
    ] = None,
) -> None:
    """Set a list price. What was billed at another price since that day is corrected by the next bill run."""
    starts_on = _first_day(starts)
    if (amount is None) == (model is None):
        raise PriceIsInvalid(reason="say either an amount or --model")
    open_session()
    from django.utils import timezone

    from broadbill.catalog.operations.plans import set_price
    from broadbill.catalog.queries.price_list import price_in_force

    as_of = starts_on or timezone.localdate()
    before = price_in_force(plan=plan, charge=charge, as_of=as_of).model
    fresh = _json(model, "--model") if model is not None else _with_figure(before, str(amount))
    set_price(
        plan=plan, charge=charge, model=fresh, starts_on=starts_on, now=datetime.now(tz=UTC), actor=ACTOR
    )
    since = f"from {starts_on}" if starts_on else "from the beginning"
    print(f"{plan} {charge}: {_price(before)} becomes {_price(fresh)} {since}.")


def _read(file: Path) -> dict[str, Any]:
    try:
        content = _json(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise PlanFileIsInvalid(file=str(file), reason=f"cannot be read: {error}") from error
    if not content:
        raise PlanFileIsInvalid(file=str(file), reason="holds no plans")
    for code, plan in content.items():
        if not isinstance(plan, dict) or not isinstance(plan.get("charges"), list):
            raise PlanFileIsInvalid(file=str(file), reason=f"{code} needs a list of charges")
    return content


def _json(text: str, where: str) -> dict[str, Any]:
    """An object. Numbers with a point keep their digits as text: a price is never a float."""
    try:
        content = json.loads(text, parse_float=str)
    except json.JSONDecodeError as error:
        raise PlanFileIsInvalid(file=where, reason=f"is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise PlanFileIsInvalid(file=where, reason="must be an object in braces")
    return content


def _first_day(text: str) -> date | None:
    if text == BEGINNING:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        reason = f"--from needs a day such as 2026-12-01, or {BEGINNING}, not {text!r}"
        raise PriceIsInvalid(reason=reason) from None


def _with_figure(before: Mapping[str, Any], amount: str) -> dict[str, Any]:
    figure = _figure(before)
    if figure is None:
        raise PriceIsInvalid(reason=f"the price is {_price(before)}, not one figure; say --model")
    return {**before, figure: amount}


def _price(model: Mapping[str, Any]) -> str:
    figure = _figure(model)
    if figure:
        return f"{model[figure]}{' a unit' if figure == 'unit_amount' else ''}"
    return json.dumps(dict(model), ensure_ascii=False) if model else "no price"


def _figure(model: Mapping[str, Any]) -> str | None:
    """The key that holds the price where it is one figure."""
    return FIGURES.get(model_name(Fields(model, "model"))) if model else None
