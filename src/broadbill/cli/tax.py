"""`broadbill tax`: what is due to the taxman."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.amounts import percentage_in
from broadbill.cli.session import open_session

taxes = typer.Typer(no_args_is_help=True)


@taxes.command("add")
def add(
    name: Annotated[str, typer.Argument(help="As it stands on documents, e.g. VAT.")],
    percent: Annotated[str, typer.Argument(help="e.g. 17 or 8.5")],
    category: Annotated[str, typer.Option(help="The tax category of the charges it is for.")] = "standard",
    region: Annotated[
        str, typer.Option(help="The country or region of accounts it is for; default: all.")
    ] = "",
    inclusive: Annotated[bool, typer.Option("--inclusive", help="Prices have it inside.")] = False,
    starts: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Its first day; default: always.")
    ] = None,
    ends: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The day it no longer holds.")
    ] = None,
) -> None:
    """Add a tax rate."""
    rate = percentage_in(percent)
    open_session()
    from broadbill.tax.operations.rates import set_rate

    set_rate(
        name=name,
        category=category,
        percent=rate,
        valid_from=starts.date() if starts else None,
        valid_to=ends.date() if ends else None,
        region=region,
        inclusive=inclusive,
        now=datetime.now(tz=UTC),
        actor="command:tax",
    )
    print(f"{name} {percent} % for charges of category {category}.")


@taxes.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """Tell the tax rates."""
    open_session()
    from broadbill.tax.queries.rules import tax_rules

    rules = tax_rules()
    if as_json:
        print(json.dumps(rules, ensure_ascii=False, indent=2))
        return
    for rule in rules:
        span = (
            f"{rule.get('from', '')} to {rule.get('to', '')}" if "from" in rule or "to" in rule else "always"
        )
        inside = "inside prices" if rule.get("inclusive") else "on top"
        region = f"  {rule['region']} only" if "region" in rule else ""
        print(f"{rule['name']:<10} {rule['rate']:>8} %  {rule['category']:<14} {inside:<14} {span}{region}")
