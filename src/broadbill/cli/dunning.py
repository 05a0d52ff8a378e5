"""`broadbill dunning`: chasing debts, promises, holds, policies."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.cli.amounts import amount_in

ACTOR = "command:dunning"
DAY = ["%Y-%m-%d"]
MOST_PERCENT = 1000

dunning = typer.Typer(no_args_is_help=True)
Account = Annotated[str, typer.Argument(help="The account's number.")]
Until = Annotated[datetime, typer.Option(formats=DAY, help="The last day of it.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever looks next.")]


@dunning.callback()
def chasing() -> None:
    """Chase what is overdue, fairly."""


@dunning.command("run")
def run(
    day: Annotated[
        datetime | None, typer.Option("--on", formats=DAY, help="The day; default: today.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Tell what would be done, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Take every step that is due. The worker does it every morning; again on the same day it does nothing."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.collections.operations.run import run_collections

    on = day.date() if day else timezone.localdate()
    done = run_collections(on=on, now=timezone.now(), dry=dry_run)
    if as_json:
        print(
            json.dumps(
                {
                    "overdue": done.overdue,
                    "taken": dict(done.taken),
                    "left": dict(done.left),
                    "ended": done.restored,
                }
            )
        )
        return
    print(f"{done.overdue:,} overdue on {on}, {done.restored:,} ended because they are paid.")
    for what, counts in (("would be done" if dry_run else "done", done.taken), ("left alone", done.left)):
        for name, count in sorted(counts.items()):
            print(f"{count:>8,}  {what}: {name.replace('_', ' ')}")


@dunning.command("show")
def show(account: Account) -> None:
    """Show what is overdue, what was done about it, and what comes next."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.collections.queries.worklist import case_of

    customer = customer_numbered(account)
    case = case_of(account_id=customer.id, on=timezone.localdate())
    if case is None:
        print(f"Account {customer.number} has nothing overdue.")
        return
    print(f"{case.overdue} {case.overdue.currency.code} overdue since {case.since}, policy {case.policy}.")
    if case.service:
        print(f"Service is {case.service}.")
    for step in case.steps:
        print(f"{step.on}  {step.act.replace('_', ' ')}")
    print(case.next_step if case.why is None else f"Left alone: {case.why.replace('_', ' ')}.")


@dunning.command("promise")
def promise(
    account: Account,
    part: Annotated[
        list[str],
        typer.Option(help="AMOUNT:YYYY-MM-DD; several are an instalment plan.", metavar="AMOUNT:DAY"),
    ],
) -> None:
    """Note what a customer promises to pay by when. Nothing is done about the debt until it is broken."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.collections.operations.promises import promise_to_pay

    customer = customer_numbered(account)
    parts = []
    for one in part:
        amount, _, day = one.partition(":")
        try:
            parts.append((amount_in(amount, customer.currency), datetime.strptime(day, DAY[0]).date()))  # noqa: DTZ007  # a day
        except ValueError as error:
            raise typer.BadParameter(f"{one!r} is not AMOUNT:YYYY-MM-DD.") from error
    promise_to_pay(
        account_id=customer.id, parts=parts, on=timezone.localdate(), now=timezone.now(), actor=ACTOR
    )
    print(f"Noted; nothing is done about it up to {parts[0][1]}.")


@dunning.command("hold")
def hold(account: Account, until: Until, reason: Reason) -> None:
    """Do nothing about an account's debts up to a day."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.collections.operations import promises

    promises.hold(
        account_id=customer_numbered(account).id,
        until=until.date(),
        reason=reason,
        now=timezone.now(),
        actor=ACTOR,
    )
    print(f"Held up to {until.date()}.")


@dunning.command("exempt")
def exempt(account: Account, until: Until, reason: Reason) -> None:
    """Never chase an account, up to a day on which that is looked at again."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.collections.operations import promises

    promises.exempt(
        account_id=customer_numbered(account).id,
        until=until.date(),
        reason=reason,
        now=timezone.now(),
        actor=ACTOR,
    )
    print(f"Exempt up to {until.date()}.")


@dunning.command("policy")
def policy(
    code: Annotated[str, typer.Argument(help="The policy's name; `usual` is for everybody without another.")],
    file: Annotated[Path | None, typer.Argument(help="Its JSON; without a file it is printed.")] = None,
    account: Annotated[str, typer.Option(help="Chase this account by it instead.")] = "",
    kind: Annotated[
        CustomerKind | None,
        typer.Option(help="Chase customers of this kind by it, who have none of their own."),
    ] = None,
) -> None:
    """Set a dunning policy, print it, or choose it for an account or a kind of customer."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.collections.domain.policy import PolicyRefused
    from broadbill.collections.operations.policies import follow_policy, follow_policy_by_kind, set_policy
    from broadbill.collections.queries.policies import policy_detail

    if kind:
        follow_policy_by_kind(kind=kind, policy=code, now=timezone.now(), actor=ACTOR)
        print(f"Customers that are {kind} are chased by {code}.")
        return
    if account:
        follow_policy(account_id=customer_numbered(account).id, policy=code, now=timezone.now(), actor=ACTOR)
        print(f"Account {account} is chased by {code}.")
        return
    if file is None:
        print(json.dumps(policy_detail(code), indent=2))
        return
    try:
        detail = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyRefused(where=str(file), reason=f"cannot be read: {error}") from error
    set_policy(code=code, detail=detail, now=timezone.now(), actor=ACTOR)
    print(f"Policy {code} is in force.")


@dunning.command("rate")
def rate(
    code: Annotated[str, typer.Argument(help="The reference rate, such as ecb.")],
    starts_on: Annotated[datetime, typer.Argument(formats=DAY, help="From when.")],
    percent: Annotated[str, typer.Argument(help="Percent a year, such as 2.15.")],
) -> None:
    """Record what a reference rate for late interest is from a day on."""
    from broadbill.cli.session import open_session

    open_session()
    from django.utils import timezone

    from broadbill.collections.operations.interest import set_reference_rate

    try:
        given = Decimal(percent)
    except InvalidOperation as error:
        raise typer.BadParameter(f"{percent!r} is not a percentage such as 2.15.") from error
    if not given.is_finite() or abs(given) >= MOST_PERCENT:
        raise typer.BadParameter(f"{percent} is no percentage of a year.")
    set_reference_rate(code=code, starts_on=starts_on.date(), percent=given, now=timezone.now(), actor=ACTOR)
    print(f"{code} is {given} % a year from {starts_on.date()}.")
