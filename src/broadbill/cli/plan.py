"""`broadbill plan`: what is sold, and for how much."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadbill.cli.plan_life import ACTOR, copy, replace, retire
from broadbill.cli.plan_offer import offer
from broadbill.cli.prices import PriceIsInvalid, price_text, repriced
from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError
from broadbill.core.rating import ScenarioError

if TYPE_CHECKING:
    from broadbill.catalog.queries.price_list import PlanPrices

BEGINNING = "beginning"

plans = typer.Typer(no_args_is_help=True)
plans.command("copy")(copy)
plans.command("retire")(retire)
plans.command("replace")(replace)
plans.command("offer")(offer)


class Whose(StrEnum):
    """Whose list price a change is."""

    NEW = "new"
    EVERYONE = "everyone"


@dataclass(kw_only=True, eq=False)
class PlanFileIsInvalid(DomainError):
    """A file of plans that cannot be read."""

    code = "cli.plan_file_is_invalid"
    message = "{file}: {reason}."
    file: str
    reason: str


@plans.command("add")
def add(
    file: Annotated[
        Path,
        typer.Argument(
            help="Plans in JSON: {code: {name, currency, charges, prepaid, pass_hours}}, or a file of examples/plans."
        ),
    ],
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
                    prepaid=plan.get("prepaid", False),
                    pass_hours=plan.get("pass_hours"),
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
        prepaid = ", prepaid" if plan.prepaid else ""
        hours = f", a pass of {plan.pass_hours} h" if plan.pass_hours else ""
        print(f"{plan.code:<20} {plan.name}, {plan.currency}{prepaid}{hours}{_retired(plan)}")
        for charge in plan.charges:
            rhythm = f"{charge.type.replace('_', ' ')}{f' a {charge.period}' if charge.period else ''}"
            print(f"  {charge.code:<18} {rhythm:<20} {price_text(charge.model)}  tax {charge.tax}")


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
    whose: Annotated[
        Whose,
        typer.Option(
            "--for",
            help="Whose price: of `new` subscriptions, those that come to the plan from that day on, or of "
            "`everyone` who has no agreed price; what was billed at another price is then corrected by the next "
            "bill run. A price from the beginning is everyone's.",
        ),
    ] = Whose.NEW,
) -> None:
    """Set a list price. Those who have the plan keep theirs, unless you say --for everyone."""
    starts_on = _first_day(starts)
    for_new = whose is Whose.NEW and starts_on is not None
    if (amount is None) == (model is None):
        raise PriceIsInvalid(reason="say either an amount or --model")
    open_session()
    from django.utils import timezone

    from broadbill.catalog.operations.plans import set_price
    from broadbill.catalog.queries.price_list import price_in_force
    from broadbill.contracts.queries.plan_holders import subscriptions_on_plan

    as_of = starts_on or timezone.localdate()
    before = price_in_force(plan=plan, charge=charge, as_of=as_of).model
    fresh = _json(model, "--model") if model is not None else repriced(before, str(amount))
    set_price(
        plan=plan,
        charge=charge,
        model=fresh,
        starts_on=starts_on,
        for_new=for_new,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    since = f"from {starts_on}" if starts_on else "from the beginning"
    print(f"{plan} {charge}: {price_text(before)} becomes {price_text(fresh)} {since}.")
    holders = subscriptions_on_plan(plan, on=as_of)
    if for_new and holders:
        print(f"Those who came before keep theirs: {holders}. Say --for everyone to change it for them too.")


def _retired(plan: PlanPrices) -> str:
    if plan.retired_on is None:
        return ""
    successor = f", replaced by {plan.replaced_by}" if plan.replaced_by else ""
    return f"  (retired on {plan.retired_on}{successor})"


def _read(file: Path) -> dict[str, Any]:
    try:
        content = _json(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise PlanFileIsInvalid(file=str(file), reason=f"cannot be read: {error}") from error
    content = _of_example(content)
    if not content:
        raise PlanFileIsInvalid(file=str(file), reason="holds no plans")
    for code, plan in content.items():
        if not isinstance(plan, dict) or not isinstance(plan.get("charges"), list):
            raise PlanFileIsInvalid(file=str(file), reason=f"{code} needs a list of charges")
        if not isinstance(plan.get("prepaid", False), bool):
            raise PlanFileIsInvalid(file=str(file), reason=f"{code}.prepaid must be true or false")
        hours = plan.get("pass_hours")
        if hours is not None and (isinstance(hours, bool) or not isinstance(hours, int)):
            raise PlanFileIsInvalid(file=str(file), reason=f"{code}.pass_hours must be a whole number")
    return content


def _of_example(content: dict[str, Any]) -> dict[str, Any]:
    """The plans of a file of examples/plans, in its scenario's currency; any other file's as they are."""
    scenario = content.get("scenario")
    if not isinstance(scenario, dict) or not isinstance(scenario.get("plans"), dict):
        return content
    return {code: {"currency": scenario.get("currency"), **plan} for code, plan in scenario["plans"].items()}


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
