"""`broadbill plan copy`, `retire`, `replace`: what happens to a plan that is sold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.prices import charge_price
from broadbill.cli.session import open_session

if TYPE_CHECKING:
    from broadbill.contracts.domain.replacing import Replacement
    from broadbill.core.money import Money

ACTOR = "command:plan"
NOT_TOLD_SHOWN = 20


def copy(
    code: Annotated[str, typer.Argument(help="The plan to copy.")],
    new: Annotated[str, typer.Argument(help="The new plan's code.")],
    name: Annotated[str | None, typer.Option(help="The new plan's name; else that of the old one.")] = None,
    price: Annotated[
        list[str] | None, typer.Option(help="CHARGE=AMOUNT, a price of its own; may be said several times.")
    ] = None,
) -> None:
    """Define a plan with the charges of another."""
    prices = dict(map(charge_price, price or []))
    open_session()
    from django.utils import timezone

    from broadbill.catalog.operations.plan_life import copy_plan

    copy_plan(
        code=code,
        new_code=new,
        name=name,
        prices=prices,
        on=timezone.localdate(),
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"Added {new}, a copy of {code}.")


def retire(
    code: Annotated[str, typer.Argument(help="The plan's code.")],
    starts: Annotated[
        datetime,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day on which it is not sold."),
    ],
) -> None:
    """Stop selling a plan. Those who have it keep it."""
    open_session()
    from broadbill.catalog.operations.plan_life import retire_plan

    plan = retire_plan(code=code, on=starts.date(), now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code} is not sold from {plan.retired_on} on.")


def replace(
    code: Annotated[str, typer.Argument(help="The plan to replace.")],
    successor: Annotated[str, typer.Option("--by", help="The plan that takes its place.")],
    starts: Annotated[
        datetime,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="Each subscription moves with its own period that begins on this day or next after it.",
        ),
    ],
    notice_days: Annotated[
        int, typer.Option(min=0, help="How many days before it customers must be told.")
    ] = 30,
    without_notice: Annotated[
        bool, typer.Option("--without-notice", help="Do it from a day that gives less notice.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would come to.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Move everyone who has a plan to another, and tell each by letter. Running it again moves nobody twice."""
    open_session()
    from django.utils import timezone

    from broadbill.contracts.operations.replace_plan import ReplaceRequest, preview_replacement, replace_plan

    request = ReplaceRequest(
        plan=code,
        successor=successor,
        starts=starts.date(),
        notice_days=notice_days,
        without_notice=without_notice,
        actor=ACTOR,
    )
    today = timezone.localdate()
    if dry_run:
        found = preview_replacement(request=request, today=today)
    else:
        found = replace_plan(request=request, today=today, now=datetime.now(tz=UTC))
    if as_json:
        print(json.dumps(_as_json(found, dry_run=dry_run), ensure_ascii=False))
        return
    verb = "would move" if dry_run else "moved"
    moved = f"{found.subscriptions} subscriptions of {found.customers} customers {verb}"
    print(f"{moved} from {code} to {successor}; {found.keep_agreed} keep an agreed price.")
    before, after = found.revenue_before, found.revenue_after
    print(
        f"Recurring revenue a month: {found.currency.code} {before} becomes {after}, {_signed(after - before)}."
    )
    if not dry_run:
        _tell_letters(found)


def _tell_letters(found: Replacement) -> None:
    print(f"{found.letters} letters are in the outbox.")
    if found.not_told:
        more = len(found.not_told) - NOT_TOLD_SHOWN
        shown = ", ".join(found.not_told[:NOT_TOLD_SHOWN]) + (f" and {more} more" if more > 0 else "")
        print(f"Customers without an e-mail address, so write to them: {shown}.")


def _as_json(found: Replacement, *, dry_run: bool) -> dict[str, object]:
    before, after = found.revenue_before, found.revenue_after
    return {
        "dry_run": dry_run,
        "customers": found.customers,
        "subscriptions": found.subscriptions,
        "keep_agreed": found.keep_agreed,
        "letters": found.letters,
        "not_told": found.not_told,
        "currency": found.currency.code,
        "recurring_revenue_a_month": {"before": str(before), "after": str(after)},
    }


def _signed(money: Money) -> str:
    return f"{'+' if money.minor > 0 else ''}{money}"
