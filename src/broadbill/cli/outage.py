"""`broadbill outage`: service was out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadbill.core.errors import DomainError

if TYPE_CHECKING:
    from broadbill.contracts.operations.outages import NewOutage

ACTOR = "command:outage"


class Unit(StrEnum):
    """What is given back for each one begun."""

    HOUR = "hour"
    DAY = "day"


@dataclass(kw_only=True, eq=False)
class OutageIsInvalid(DomainError):
    """An outage that cannot be understood."""

    code = "cli.outage_is_invalid"
    message = "{reason}."
    reason: str


# How credit is worked out, as commands ask for it. What it is given for is said by each command.
Step = Annotated[
    list[str] | None,
    typer.Option(help="Or MINUTES:PERCENT: from so many minutes on, so much of the period's price."),
]
Multiple = Annotated[str | None, typer.Option(help="So many times the price, e.g. 2.")]
MinMinutes = Annotated[int | None, typer.Option(help="Nothing for a shorter one.")]
MaxUnits = Annotated[int | None, typer.Option(help="No more hours or days than this.")]


def outage(
    services: Annotated[
        list[str], typer.Argument(help="What was out: accounts such as 1001, subscriptions such as 1002/S1.")
    ],
    starts: Annotated[
        str, typer.Option("--from", help="When it began, e.g. 2026-11-20T08:00, in the provider's time.")
    ],
    ends: Annotated[str, typer.Option("--to", help="When it was over.")],
    per: Annotated[
        Unit | None, typer.Option(help="Give back an hour's or a day's price for each begun.")
    ] = None,
    step: Step = None,
    charge: Annotated[
        list[str] | None, typer.Option(help="Of this charge; default: of all recurring charges.")
    ] = None,
    multiple: Multiple = None,
    min_minutes: MinMinutes = None,
    max_units: MaxUnits = None,
) -> None:
    """Record that service was out, of any number of customers at once, and what is given back for it."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.contracts.operations.outages import NewOutage

    new = NewOutage(
        starts=read_moment(starts),
        ends=read_moment(ends),
        credit=read_credit(per, step or [], multiple, min_minutes, max_units),
        charges=tuple(charge or ()),
    )
    recorded = _record(new, services)
    print(f"Recorded for {recorded}, from {starts} to {ends}. The next bills give it back.")


def _record(new: NewOutage, services: list[str]) -> int:
    """All or none."""
    from django.db import transaction

    from broadbill.contracts.operations.outages import record_outage, record_outage_of_account

    targets = dict.fromkeys(map(_target, services))
    now = datetime.now(tz=UTC)
    subscriptions = [subscription_id for _, subscription_id in targets if subscription_id is not None]
    with transaction.atomic():
        for account_id, subscription_id in targets:
            if subscription_id is None:
                record_outage_of_account(outage=new, account_id=account_id, now=now, actor=ACTOR)
        if subscriptions:
            record_outage(outage=new, subscription_ids=subscriptions, now=now, actor=ACTOR)
    return len(targets)


def _target(text: str) -> tuple[int, int | None]:
    """The account, and the subscription where one is named. An account's number may hold a slash itself."""
    from broadbill.accounts.domain.errors import AccountUnknown
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.contracts.queries.find import subscription_coded

    try:
        return account_numbered(text).id, None
    except AccountUnknown:
        number, slash, code = text.rpartition("/")
        if not slash:
            raise
    account = account_numbered(number)
    return account.id, subscription_coded(account, code).id


def read_credit(
    per: Unit | None,
    steps: list[str],
    multiple: str | None,
    min_minutes: int | None,
    max_units: int | None,
) -> dict[str, Any]:
    if (per is None) == (not steps):
        raise OutageIsInvalid(reason="say either --per or --step")
    told = {
        "per": per.value if per else None,
        "steps": [_step(text) for text in steps] or None,
        "multiple": multiple,
        "min_minutes": min_minutes,
        "max_units": max_units,
    }
    return {key: value for key, value in told.items() if value is not None}


def _step(text: str) -> dict[str, str]:
    minutes, colon, percent = text.partition(":")
    if not colon:
        raise OutageIsInvalid(reason=f"--step needs MINUTES:PERCENT such as 240:25, not {text!r}")
    return {"from_minutes": minutes, "percent": percent}


def read_moment(text: str) -> datetime:
    """An instant; without an offset it is one of the provider's time."""
    from django.utils import timezone

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        reason = f"a moment is written such as 2026-11-20T08:00, not {text!r}"
        raise OutageIsInvalid(reason=reason) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)
